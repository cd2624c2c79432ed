/** What `escapement simulator --help` teaches: the paths, and every fault with its fields, as the schema has them. */
import { commonFields, faultSchema } from './fault.js';

const faults = faultSchema.options.map(({ shape, description = '' }) => {
  const { type, ...fields } = shape;
  const own = Object.keys(fields).filter((field) => !(field in commonFields));
  return `  ${type.value.padEnd(16)}${description}${own.length > 0 ? ` (${own.join(', ')})` : ''}`;
});

const fields = Object.entries(commonFields).map(([name, { description = '' }]) => `  ${name.padEnd(16)}${description}`);

export const lesson = `
The sidecar's API:
  GET  /resource/worker/capacity
  POST /resource/worker/capacity/add     {"capacityToBeAdded": 1}
  POST /resource/worker/capacity/remove  {"capacityToBeRemoved": 1}

The simulator's own paths:
  GET  /truth                     real capacity over time, and what moved it
  GET  /log                       every call: what it did and what it was answered
  PUT  /faults                    {"faults": [{"type": "hang", "on": "change"}], "seed": 1}: instead of those before
  GET  /faults, DELETE /faults    those still to come; none any more
  PUT  /resource/worker/capacity  {"capacity": 5}: moved by other hands
  PUT  /resource/worker/status    {"status": "FAILED"}; null for the real one
  PUT  /down                      {"forMs": 5000}: refuses connections for so long

Faults (each call meets the first one that matches it):
${faults.join('\n')}

Fields of most faults:
${fields.join('\n')}

An add that works though its answer is lost:
  curl -X PUT http://127.0.0.1:49750/faults -d '{"faults": [{"type": "drop", "on": "change", "appliesAfterMs": 0}]}'
One change in ten is refused for now:
  curl -X PUT http://127.0.0.1:49750/faults -d \\
    '{"faults": [{"type": "reject", "on": "change", "status": 429, "retryAfter": "7", "probability": 0.1}]}'
`;
