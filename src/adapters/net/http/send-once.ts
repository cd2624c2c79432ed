/** The policy for changes: a new connection, the permit checked last, the request sent at most once. */
import type { Socket } from 'node:net';
import { type buildConnector, Client } from 'undici';
import { Deadline } from '../deadline.js';
import { AdapterError } from '../errors.js';
import type { SendPermit } from '../send-permit.js';
import { connectorOf } from '../tunnel.js';
import { type HttpRequest, type HttpResult, requestOver } from './request.js';

export interface FencedRequest extends HttpRequest {
  /** Checked when the connection is established and the HTTP client has prepared the request: just before the write. */
  readonly permit?: SendPermit;
}

/**
 * Never throws, follows no redirect, retries nothing. Uses no agent and no connection pool: if the server closed an
 * idle connection just before the request, it would be unknown whether the server received the request.
 */
export async function sendOnce(request: FencedRequest, signal: AbortSignal): Promise<HttpResult> {
  const { url, timeoutMs, permit, tls = {}, socketPath = null } = request;
  const deadline = new Deadline(timeoutMs, signal);
  const connection = singleConnection({ ...tls, socketPath, signal: deadline.signal, timeout: 0 }, () => {
    deadline.signal.throwIfAborted();
    if (permit?.isValid() === false) throw new AdapterError('notSent', 'send permit expired while connecting');
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
 * a connection is lost. `beforeWrite` throws when nothing may be sent.
 */
function singleConnection(options: buildConnector.BuildOptions & { signal: AbortSignal }, beforeWrite: () => void) {
  const connect = connectorOf(options);
  let asked = false;
  let used = false;
  const firstWrite = () => {
    if (used) return;
    beforeWrite();
    used = true;
  };
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
        checkBeforeWrites(socket, firstWrite);
        callback(null, socket);
      });
    },
  };
}

/**
 * The HTTP client prepares a request for up to some milliseconds after it has its connection. The check runs after
 * that, in the functions with which Node's stream hands bytes to the kernel (to TLS, where the connection has it), so
 * that a process that is suspended while the client prepares the request does not send it when it wakes up.
 */
function checkBeforeWrites(socket: Socket, check: () => void): void {
  type Done = (error?: Error | null) => void;
  const checked = (done: Done, write: () => void) => {
    try {
      check();
    } catch (refusal) {
      done(refusal as Error);
      return;
    }
    write();
  };
  const write = socket._write.bind(socket);
  const writev = socket._writev?.bind(socket);
  socket._write = (chunk, encoding, done) => checked(done, () => write(chunk, encoding, done));
  if (writev) socket._writev = (chunks, done) => checked(done, () => writev(chunks, done));
}
