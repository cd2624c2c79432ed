/** The text of `escapement simulator --help`: the paths, and every fault with its fields, generated from the schema. */
import { commonFields, faultSchema } from './fault.js';

const faults = faultSchema.options.map(({ shape, description = '' }) => {
  const { type, ...fields } = shape;
  const own = Object.keys(fields).filter((field) => !(field in commonFields));
  return `  ${type.value.padEnd(16)}${description}${own.length > 0 ? ` (${own.join(', ')})` : ''}`;
});

const fields = Object.entries(commonFields).map(([name, { description = '' }]) => `  ${name.padEnd(16)}${description}`);

export const helpText = `
The sidecar's API:
  GET  /resource/worker/capacity
  POST /resource/worker/capacity/add     {"capacityToBeAdded": 1}
  POST /resource/worker/capacity/remove  {"capacityToBeRemoved": 1}

The simulator's own paths:
  GET  /truth                     the true capacity over time, and what changed it
  GET  /log                       every call, with its effect and its response
  PUT  /faults                    {"faults": [{"type": "hang", "on": "change"}], "seed": 1}: replaces the previous faults
  GET  /faults, DELETE /faults    shows the pending faults; removes them
  PUT  /resource/worker/capacity  {"capacity": 5}: a change by another writer
  PUT  /resource/worker/status    {"status": "FAILED"}; null restores the real status
  PUT  /down                      {"forMs": 5000}: refuses connections for this long

Faults (the first one that matches a call applies to it):
${faults.join('\n')}

Fields of most faults:
${fields.join('\n')}

An add that takes effect although its response is lost:
  curl -X PUT http://127.0.0.1:49750/faults -d '{"faults": [{"type": "drop", "on": "change", "appliesAfterMs": 0}]}'
One change in ten is refused temporarily:
  curl -X PUT http://127.0.0.1:49750/faults -d \\
    '{"faults": [{"type": "reject", "on": "change", "status": 429, "retryAfter": "7", "probability": 0.1}]}'
`;
