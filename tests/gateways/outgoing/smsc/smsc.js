// An SMSC on a free port of the loopback address that does as it is told; it ends when its standard input does.
//
// Each line of standard input is a JSON object, each line of standard output as well. What it can be told:
//   {"plan": [{...}, ...]}       what to do with the submit_sm to come, one after another; then each is accepted
//     {"do": "accept"}           answer with a message id, after "after" milliseconds where given
//     {"do": "refuse", "status": 88}
//     {"do": "silence"}          never answer
//     {"do": "drop"}             end the connection without an answer
//     {"do": "accept-and-drop"}  answer, then end the connection
//     "receipts": ["DELIVRD"]    with any of these: receipts to send, after the answer, or with "first" before it
//   {"receipt": {"id": "1", "state": "DELIVRD"}}   with "tlvs": false in text alone
//   {"bind": "silence"}          never answer a bind from now on; {"bind": 13} refuse it with that status
//   {"states": {"1": 2}}         what query_sm tells of message ids
//   {"deaf": true}               answer no enquire_link from now on
//   {"drop": true}, {"unbind": true}, {"enquire": true}, {"say": "a text from a telephone"}
'use strict';

const fs = require('fs');
const readline = require('readline');
const smpp = require('smpp');

const STATES = {ENROUTE: 1, DELIVRD: 2, EXPIRED: 3, DELETED: 4, UNDELIV: 5, ACCEPTD: 6, UNKNOWN: 7, REJECTD: 8};
const RECEIPT = 0x04;

const {user, password, key, cert} = JSON.parse(process.argv[2]);
const submitted = new Map(); // by message id: the submit_sm
let plan = [];
let bind = 0;
let states = {};
let deaf = false;
let session = null; // the last that was bound

function tell(event, details) {
  process.stdout.write(JSON.stringify({event, ...details}) + '\n');
}

// The library gives a message as it understood it; the tests want its octets as well.
const fromBuffer = smpp.PDU.prototype.fromBuffer;
smpp.PDU.prototype.fromBuffer = function (buffer) {
  Object.defineProperty(this, 'octets', {value: buffer});
  return fromBuffer.call(this, buffer);
};

// Section 4.4.1 of SMPP 3.4: short_message and what stands before it.
function shortMessage(pdu) {
  let at = 16;
  const past = () => { at = pdu.octets.indexOf(0, at) + 1; };
  past(); // service_type
  at += 2;
  past(); // source_addr
  at += 2;
  past(); // destination_addr
  at += 3;
  past(); // schedule_delivery_time
  past(); // validity_period
  at += 4;
  return pdu.octets.subarray(at + 1, at + 1 + pdu.octets[at]);
}

function sendReceipt(to, id, state, tlvs = true) {
  const message = submitted.get(id) || {};
  const receipt = {
    source_addr: message.destination_addr || '',
    source_addr_ton: 1,
    source_addr_npi: 1,
    destination_addr: message.source_addr || '',
    esm_class: RECEIPT,
    short_message: `id:${id} sub:001 dlvrd:001 submit date:2603011200 done date:2603011201 stat:${state} err:000 text:`,
  };
  if (tlvs) {
    receipt.receipted_message_id = id;
    receipt.message_state = STATES[state];
    receipt.user_message_reference = message.user_message_reference;
  }
  to.deliver_sm(receipt, (answer) => tell('receipt-answered', {id, status: answer.command_status}));
}

function submit(from, pdu) {
  const step = plan.shift() || {do: 'accept'};
  const id = String(submitted.size + 1);
  submitted.set(id, pdu);
  tell('submit', {
    id,
    octets: shortMessage(pdu).toString('hex'),
    text: pdu.short_message.message,
    source: [pdu.source_addr_ton, pdu.source_addr_npi, pdu.source_addr],
    destination: [pdu.dest_addr_ton, pdu.dest_addr_npi, pdu.destination_addr],
    data_coding: pdu.data_coding,
    esm_class: pdu.esm_class,
    registered_delivery: pdu.registered_delivery,
    reference: pdu.user_message_reference,
  });
  const receipts = () => (step.receipts || []).forEach((state) => sendReceipt(from, id, state));
  if (step.first) receipts();
  const answer = (options) => setTimeout(() => {
    from.send(pdu.response(options), null, () => {
      if (step.do === 'accept-and-drop') from.destroy();
    });
    if (!step.first) receipts();
  }, step.after || 0);
  if (step.do === 'refuse') answer({command_status: step.status});
  else if (step.do === 'drop') from.destroy();
  else if (step.do === 'silence') { if (!step.first) receipts(); }
  else answer({message_id: id});
}

function query(from, pdu) {
  const state = states[pdu.message_id];
  if (state === 'nack') from.send(new smpp.PDU('generic_nack', {sequence_number: pdu.sequence_number}));
  else if (state) from.send(pdu.response({message_id: pdu.message_id, message_state: state}));
  else from.send(pdu.response({command_status: smpp.ESME_RQUERYFAIL}));
}

function bound(from, pdu) {
  if (bind === 'silence') return;
  const known = pdu.system_id === user && pdu.password === password;
  const status = bind || (known ? 0 : smpp.ESME_RINVPASWD);
  if (!status) session = from;
  from.send(pdu.response({command_status: status, system_id: 'an SMSC'}), null, () => status && from.close());
  tell('bind', {status, version: pdu.interface_version});
}

const server = smpp.createServer(key ? {key: fs.readFileSync(key), cert: fs.readFileSync(cert)} : {}, (from) => {
  from.on('error', () => {});
  from.on('close', () => tell('closed'));
  from.on('bind_transceiver', (pdu) => bound(from, pdu));
  from.on('submit_sm', (pdu) => submit(from, pdu));
  from.on('query_sm', (pdu) => query(from, pdu));
  from.on('enquire_link', (pdu) => {
    tell('enquire_link');
    if (!deaf) from.send(pdu.response());
  });
  from.on('unbind', (pdu) => {
    tell('unbind');
    from.send(pdu.response());
    from.close();
  });
  from.on('unbind_resp', () => {
    tell('unbound');
    from.close();
  });
});
server.on('tlsClientError', () => {});
server.listen(0, '127.0.0.1', () => tell('listening', {port: server.address().port}));

readline.createInterface({input: process.stdin}).on('line', (line) => {
  const told = JSON.parse(line);
  if (told.plan) plan = told.plan;
  if (told.bind !== undefined) bind = told.bind;
  if (told.states) states = told.states;
  if (told.deaf) deaf = true;
  if (told.receipt) sendReceipt(session, told.receipt.id, told.receipt.state, told.receipt.tlvs);
  if (told.say) session.deliver_sm({source_addr: '46700000000', short_message: told.say}, (answer) => tell('said', {status: answer.command_status}));
  if (told.enquire) session.enquire_link(() => tell('enquired'));
  if (told.unbind) session.unbind();
  if (told.drop) session.destroy();
  tell('told');
}).on('close', () => process.exit());
