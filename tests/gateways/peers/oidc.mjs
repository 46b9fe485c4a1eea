// An OpenID provider on a free port of the loopback address; it ends when its standard input does.
//
// Each line of standard input is a JSON object, each line of standard output as well. What it can be told:
//   {"person": {"sub": "…", …}, "amr": ["…"], "acr": "…"}   who logs in from now on, and with what
//   {"error": "access_denied"}                               whoever comes breaks it off
import {createServer} from 'node:http';
import {join} from 'node:path';
import {createInterface} from 'node:readline';
import {pathToFileURL} from 'node:url';

console.info = console.error; // what the library says is nothing for our standard output

const entry = join(process.env.NODE_PATH, 'oidc-provider', 'lib', 'index.js');
const {Provider} = await import(pathToFileURL(entry).href);

const {client, secret, returnTo} = JSON.parse(process.argv[2]);
const NUMBER = 'https://id.oidc.se/scope/naturalPersonNumber';
let told = {};

function tell(event, details) {
  process.stdout.write(JSON.stringify({event, ...details}) + '\n');
}

async function interact(provider, request, response) {
  if (told.error) {
    const problem = {error: told.error, error_description: 'the person broke it off'};
    return provider.interactionFinished(request, response, problem);
  }
  const details = await provider.interactionDetails(request, response);
  if (details.prompt.name === 'login') {
    const login = {accountId: told.person.sub, amr: told.amr, acr: told.acr};
    return provider.interactionFinished(request, response, {login});
  }
  const grant = new provider.Grant({accountId: told.person.sub, clientId: client});
  grant.addOIDCScope(`openid ${NUMBER}`);
  grant.addOIDCClaims(details.prompt.details.missingOIDCClaims || []);
  const consent = {grantId: await grant.save()};
  return provider.interactionFinished(request, response, {consent}, {mergeWithLastSubmission: true});
}

const server = createServer();
server.listen(0, '127.0.0.1', () => {
  const {port} = server.address();
  const provider = new Provider(`http://127.0.0.1:${port}`, {
    clients: [{
      client_id: client,
      client_secret: secret || undefined,
      token_endpoint_auth_method: secret ? 'client_secret_basic' : 'none',
      redirect_uris: [returnTo],
      response_types: ['code'],
      grant_types: ['authorization_code'],
    }],
    features: {claimsParameter: {enabled: true}, devInteractions: {enabled: false}},
    acrValues: ['http://id.elegnamnden.se/loa/1.0/loa3'],
    claims: {
      openid: ['sub', 'amr', 'employeeHsaId', 'name'],
      [NUMBER]: [
        'https://id.oidc.se/claim/personalIdentityNumber',
        'https://id.oidc.se/claim/coordinationNumber',
        'registrationLevel',
      ],
    },
    pkce: {required: () => true},
    interactions: {url: (_context, interaction) => `/interaction/${interaction.uid}`},
    findAccount: (_context, sub) => ({accountId: sub, claims: () => ({...told.person, amr: told.amr})}),
    cookies: {keys: ['for the tests']},
  });
  const answer = provider.callback();
  server.on('request', (request, response) => {
    if (!request.url.startsWith('/interaction/')) return answer(request, response);
    return interact(provider, request, response).catch((error) => {
      tell('fault', {fault: String(error)});
      response.writeHead(500).end();
    });
  });
  tell('listening', {port});
});

createInterface({input: process.stdin})
  .on('line', (line) => { told = JSON.parse(line); tell('told', {}); })
  .on('close', () => process.exit(0));
