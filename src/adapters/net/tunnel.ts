/** Connections through a proxy, by CONNECT: end to end what goes through it is TLS, which it can neither read nor repeat. */
import { Agent } from 'node:https';
import { connect as connectPlainly, type Socket } from 'node:net';
import { connect as connectByTls, type ConnectionOptions } from 'node:tls';
import { buildConnector } from 'undici';
import { proxyOf, type Target } from './proxy-of.js';

/** undici's connector, through the proxy that the environment names for a server. */
export function connectorOf(options: buildConnector.BuildOptions & { readonly signal?: AbortSignal }) {
  const connect = buildConnector(options);
  return (target: buildConnector.Options, callback: buildConnector.Callback): void => {
    tunnelTo(target, options.signal)
      .then((socket) => {
        try {
          connect(socket === undefined ? target : { ...target, httpSocket: socket }, callback);
        } catch (error) {
          // Thrown at once, as for a certificate that is none.
          socket?.destroy();
          throw error;
        }
      })
      .catch((error: unknown) => callback(error as Error, null));
  };
}

/** Node's agent, likewise, for clients that take one. */
export class TunnellingAgent extends Agent {
  constructor() {
    super({ keepAlive: true });
  }

  override createConnection(...[options, callback]: Parameters<Agent['createConnection']>) {
    const target = { protocol: 'https:', hostname: options.host ?? '', port: options.port };
    const isFar = options.host !== undefined && hasProxy(target);
    if (!isFar || callback === undefined) return super.createConnection(options, callback);
    tunnelTo(target)
      .then((socket) => {
        // What Node itself makes of them for a connection of its own.
        const secure = options as ConnectionOptions;
        callback(null, connectByTls({ ...secure, servername: secure.servername ?? target.hostname, socket }));
      })
      // There is no stream then, whatever the type says.
      .catch(callback as (error: unknown) => void);
    return undefined;
  }
}

function hasProxy(target: Target): boolean {
  try {
    return proxyOf(target) !== undefined;
  } catch {
    // It is told by whoever goes through it.
    return true;
  }
}

/** Undefined where there is no proxy for it. */
async function tunnelTo(target: Target, signal?: AbortSignal): Promise<Socket | undefined> {
  const proxy = proxyOf(target);
  return proxy && openTunnel(proxy, target, signal);
}

/** Much more than a proxy says before the tunnel begins. */
const longestAnswer = 16 * 1024;

function openTunnel(proxy: URL, { hostname, port }: Target, signal?: AbortSignal): Promise<Socket> {
  const server = `${hostname}:${port || 443}`;
  const socket = dial(proxy, signal);
  return new Promise((resolve, reject) => {
    let answer = '';
    const fail = (why: string) => {
      socket.destroy();
      // Without the user and the password that may stand in its address.
      const message = `the proxy ${proxy.protocol}//${proxy.host} ${why} to CONNECT ${server}`;
      reject(Object.assign(new Error(message), { code: 'ERR_PROXY' }));
    };
    const onEnd = () => fail('gave no answer');
    const onData = (chunk: Buffer) => {
      answer += chunk.toString('latin1');
      const end = answer.indexOf('\r\n\r\n');
      if (end < 0) {
        if (answer.length > longestAnswer) fail('gave no sensible answer');
        return;
      }
      const [, status] = /^HTTP\/1\.[01] (\d{3})\b/.exec(answer) ?? [];
      // What a server says first, before it was asked anything, would come from the proxy.
      if (status !== '200' || answer.length > end + 4) {
        fail(status === undefined || status === '200' ? 'gave no sensible answer' : `answered ${status}`);
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
