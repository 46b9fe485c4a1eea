// Reads what others wrote: a token with jsonwebtoken, a QR code with jsQR. One JSON object in, one out.
//   {"token": "…", "secret": "…", "options": {…}}      {"claims": {…}}, or {"problem": "TokenExpiredError: …"}
//   {"modules": ["0110…", …]}                          {"text": "…"}, or {"problem": "…"}
'use strict';

const {verify} = require('jsonwebtoken');
const jsqr = require('jsqr');

const SIZE = 4; // pixels of a module

function readToken({token, secret, options}) {
  return {claims: verify(token, secret, options)};
}

function readCode({modules}) {
  const width = modules[0].length * SIZE;
  const height = modules.length * SIZE;
  const pixels = new Uint8ClampedArray(width * height * 4).fill(255);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const light = modules[Math.floor(y / SIZE)][Math.floor(x / SIZE)] === '0';
      pixels.fill(light ? 255 : 0, (y * width + x) * 4, (y * width + x) * 4 + 3);
    }
  }
  const found = jsqr(pixels, width, height);
  return found ? {text: found.data} : {problem: 'no code'};
}

let read;
try {
  const asked = JSON.parse(require('fs').readFileSync(0, 'utf8'));
  read = asked.token === undefined ? readCode(asked) : readToken(asked);
} catch (error) {
  read = {problem: `${error.name}: ${error.message}`};
}
process.stdout.write(JSON.stringify(read));
