/** Connections through a proxy, by CONNECT. The proxy forwards TLS, so it can neither read nor resend a request. */
import { Agent } from 'node:https';
import { connect as connectPlainly, type Socket } from 'node:net';
import { connect as connectByTls, type ConnectionOptions } from 'node:tls';
import { buildConnector } from 'undici';
import { proxyOf, type Target } from './proxy-of.js';

/** undici's connector, through the proxy that the environment sets for a server. */
export function connectorOf(options: buildConnector.BuildOptions & { readonly signal?: AbortSignal }) {
  const connect = buildConnector(options);
  return (target: buildConnector.Options, callback: buildConnector.Callback): void => {
    tunnelTo(target, options.signal)
      .then((socket) => {
        try {
          connect(socket === undefined ? target : { ...target, httpSocket: socket }, callback);
        } catch (error) {
          // undici throws synchronously for some errors, such as an invalid certificate.
          socket?.destroy();
          throw error;
        }
      })
      .catch((error: unknown) => callback(error as Error, null));
  };
}

/** The same as an agent of Node, for clients that accept one. */
export class TunnellingAgent extends Agent {
  constructor() {
    super({ keepAlive: true });
  }

  override createConnection(...[options, callback]: Parameters<Agent['createConnection']>) {
    const target = { protocol: 'https:', hostname: options.host ?? '', port: options.port };
    const needsProxy = options.host !== undefined && hasProxy(target);
    if (!needsProxy || callback === undefined) return super.createConnection(options, callback);
    tunnelTo(target)
      .then((socket) => {
        // Node itself passes these options to TLS for a direct connection.
        const secure = options as ConnectionOptions;
        callback(null, connectByTls({ ...secure, servername: secure.servername ?? target.hostname, socket }));
      })
      // The type requires a stream as second argument, but after an error there is none.
      .catch(callback as (error: unknown) => void);
    return undefined;
  }
}

function hasProxy(target: Target): boolean {
  try {
    return proxyOf(target) !== undefined;
  } catch {
    // HTTPS_PROXY is invalid. tunnelTo() reports that error.
    return true;
  }
}

/** Undefined if the environment sets no proxy for the target. */
async function tunnelTo(target: Target, signal?: AbortSignal): Promise<Socket | undefined> {
  const proxy = proxyOf(target);
  return proxy && openTunnel(proxy, target, signal);
}

/** Maximum size of the proxy's response to CONNECT, which is far larger than any real response. */
const longestAnswer = 16 * 1024;

function openTunnel(proxy: URL, { hostname, port }: Target, signal?: AbortSignal): Promise<Socket> {
  const server = `${hostname}:${port || 443}`;
  const socket = dial(proxy, signal);
  return new Promise((resolve, reject) => {
    let answer = '';
    const fail = (why: string) => {
      socket.destroy();
      // Without the user and the password, which the address of the proxy may contain.
      const message = `proxy ${proxy.protocol}//${proxy.host} ${why} to CONNECT ${server}`;
      reject(Object.assign(new Error(message), { code: 'ERR_PROXY' }));
    };
    const onEnd = () => fail('sent no response');
    const onData = (chunk: Buffer) => {
      answer += chunk.toString('latin1');
      const end = answer.indexOf('\r\n\r\n');
      if (end < 0) {
        if (answer.length > longestAnswer) fail('sent an invalid response');
        return;
      }
      const [, status] = /^HTTP\/1\.[01] (\d{3})\b/.exec(answer) ?? [];
      // A TLS server sends nothing before the client does. So bytes after the headers come from the proxy.
      if (status !== '200' || answer.length > end + 4) {
        fail(status === undefined || status === '200' ? 'sent an invalid response' : `responded ${status}`);
        return;
      }
      socket.removeListener('data', onData).removeListener('error', reject).removeListener('close', onEnd);
      socket.pause();
      resolve(socket);
    };
    socket.on('data', onData).on('error', reject).on('close', onEnd);
    socket.write(`CONNECT ${server} HTTP/1.1\r\nHost: ${server}\r\n${authorizationOf(proxy)}\r\n`);
  });
}

function dial({ protocol, hostname, port }: URL, signal?: AbortSignal): Socket {
  const host = hostname.replace(/^\[(.*)\]$/, '$1');
  const options = { host, ...(signal && { signal }) };
  return protocol === 'https:'
    ? connectByTls({ ...options, port: Number(port || 443), servername: host })
    : connectPlainly({ ...options, port: Number(port || 80) });
}

function authorizationOf({ username, password }: URL): string {
  if (username === '' && password === '') return '';
  const login = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
  return `Proxy-Authorization: Basic ${Buffer.from(login).toString('base64')}\r\n`;
}
