/** The policy for changes: a connection of its own, the permit asked last, the request sent at most once. */
import { type buildConnector, Client } from 'undici';
import { Deadline } from '../deadline.js';
import { AdapterError } from '../errors.js';
import type { SendPermit } from '../send-permit.js';
import { connectorOf } from '../tunnel.js';
import { type HttpRequest, type HttpResult, requestOver } from './request.js';

export interface FencedRequest extends HttpRequest {
  /** Asked when the connection stands and the very next thing is the write. */
  readonly permit?: SendPermit;
}

/**
 * Never throws, follows no redirect, retries nothing. No agent or pool of connections takes part, so no idle connection
 * that its server closes just then can put the request in doubt.
 */
export async function sendOnce(request: FencedRequest, signal: AbortSignal): Promise<HttpResult> {
  const { url, timeoutMs, permit, tls = {} } = request;
  const deadline = new Deadline(timeoutMs, signal);
  const connection = singleConnection({ ...tls, signal: deadline.signal, timeout: 0 }, () => {
    deadline.signal.throwIfAborted();
    if (permit?.isValid() === false) throw new AdapterError('notSent', 'the send permit expired while connecting');
  });
  const client = new Client(url.origin, { connect: connection.connect, headersTimeout: 0, bodyTimeout: 0 });
  try {
    return await requestOver({ client, ...connection, reset: true }, request, { deadline, caller: signal });
  } finally {
    deadline.clear();
    await client.destroy();
  }
}

/**
 * The HTTP client gets one connection and no other. That makes resending impossible, whatever the client would do when
 * a connection is lost. `beforeWrite` throws when nothing may be sent; after it the client writes without a pause, so
 * that until then nothing was sent.
 */
function singleConnection(options: buildConnector.BuildOptions & { signal: AbortSignal }, beforeWrite: () => void) {
  const connect = connectorOf(options);
  let asked = false;
  let used = false;
  return {
    wasUsed: () => used,
    connect: (options: buildConnector.Options, callback: buildConnector.Callback): void => {
      if (asked) {
        callback(new AdapterError('unreachable', 'the connection was lost'), null);
        return;
      }
      asked = true;
      connect(options, (error, socket) => {
        if (error) {
          callback(error, null);
          return;
        }
        try {
          beforeWrite();
        } catch (refusal) {
          socket.destroy();
          callback(refusal as Error, null);
          return;
        }
        used = true;
        callback(null, socket);
      });
    },
  };
}
