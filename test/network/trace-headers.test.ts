/** A trace is passed on with every request of our own HTTP layer. */
import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { PooledReads } from '../../src/adapters/net/http/pooled-reads.js';
import { sendOnce } from '../../src/adapters/net/http/send-once.js';
import { traceHeaders } from '../../src/adapters/net/trace-headers.js';
import { closeJsonServers, startJsonServer, type JsonServer } from '../platforms/fixtures/json-server.js';
import { never } from '../platforms/fixtures/sidecar-client.js';

const { ofActiveSpan } = traceHeaders;
const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';

let server: JsonServer;
let reads: PooledReads;
beforeEach(async () => {
  server = await startJsonServer(() => ({ body: {} }));
  reads = new PooledReads();
});
afterEach(async () => {
  traceHeaders.ofActiveSpan = ofActiveSpan;
  reads.close();
  await closeJsonServers();
});

const request = (method: 'GET' | 'POST', headers: Record<string, string> = {}) => ({
  method,
  url: new URL(server.url),
  headers,
  timeoutMs: 10_000,
});

it('reads and changes carry the trace, and what their own headers say', async () => {
  traceHeaders.ofActiveSpan = () => ({ traceparent, tracestate: 'a=b' });
  await reads.read(request('GET', { accept: 'application/json' }), never);
  await sendOnce(request('POST', { Traceparent: 'of the configuration' }), never);
  expect(server.requests.map(({ headers }) => headers)).toMatchObject([
    { traceparent, tracestate: 'a=b', accept: 'application/json' },
    { traceparent: 'of the configuration', tracestate: 'a=b' },
  ]);
});

it('without traces nothing is added', async () => {
  await reads.read(request('GET'), never);
  await sendOnce(request('POST'), never);
  for (const { headers } of server.requests) expect(Object.keys(headers)).not.toContain('traceparent');
});

it('a change whose permit has expired is not sent with a trace either', async () => {
  traceHeaders.ofActiveSpan = () => ({ traceparent });
  const result = await sendOnce({ ...request('POST'), permit: { isValid: () => false } }, never);
  expect(result).toMatchObject({ kind: 'notSent' });
  expect(server.requests).toEqual([]);
});
