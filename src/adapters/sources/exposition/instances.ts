/** The instances behind the addresses of the settings, and one client for each. */
import dns from 'node:dns/promises';
import { AdapterError } from '../../net/errors.js';
import { parseAddress } from '../../net/server-address.js';
import { HttpClient, type HttpSettings } from '../http-client.js';

export type Discovery = 'dns' | 'srv';

/** One address to read. The host name of the setting remains in the `Host` header and in the TLS handshake. */
interface Instance {
  readonly url: string;
  readonly host?: string;
  readonly serverName?: string;
}

/** Kept while the instance exists: a client keeps its connection. */
export class InstanceClients {
  readonly #settings: HttpSettings;
  readonly #timeoutMs: number;
  #clients = new Map<string, HttpClient>();

  constructor(settings: HttpSettings, timeoutMs: number) {
    this.#settings = settings;
    this.#timeoutMs = timeoutMs;
  }

  /** The clients of these instances, in their order. The clients of all others are closed. */
  of(instances: readonly Instance[]): HttpClient[] {
    const before = this.#clients;
    this.#clients = new Map(
      instances.map((instance) => [instance.url, before.get(instance.url) ?? this.#open(instance)]),
    );
    for (const [url, client] of before) if (!this.#clients.has(url)) void client.close();
    return [...this.#clients.values()];
  }

  async close(): Promise<void> {
    await Promise.all([...this.#clients.values()].map((client) => client.close()));
    this.#clients.clear();
  }

  #open({ url, host, serverName }: Instance): HttpClient {
    const { headers, tls } = this.#settings;
    const isNamed = Object.keys(headers).some((name) => name.toLowerCase() === 'host');
    const settings = {
      ...this.#settings,
      headers: host === undefined || isNamed ? headers : { ...headers, host },
      ...(serverName !== undefined && { tls: { verify: true, ...tls, serverName: tls?.serverName ?? serverName } }),
    };
    return new HttpClient(url, settings, this.#timeoutMs);
  }
}

/**
 * The instances at this moment.
 * @throws AdapterError `noData` if the name exists without an address, as while no unit runs
 */
export async function instancesOf(urls: readonly string[], discovery: Discovery | undefined): Promise<Instance[]> {
  if (discovery === undefined) return urls.map((url) => ({ url }));
  const found = await Promise.all(urls.map((url) => (discovery === 'dns' ? byAddress(url) : bySrv(url))));
  return found.flat();
}

/**
 * A process that listens at both an IPv4 and an IPv6 address must not count twice, so IPv6 addresses count only for a
 * name without IPv4 addresses. `lookup` uses the search domains and the hosts file of the system.
 */
async function byAddress(url: string): Promise<Instance[]> {
  const { host, hostname, protocol } = parseAddress(url).url;
  const all = await dns.lookup(hostname.replace(/^\[|\]$/g, ''), { all: true }).catch(noAddresses);
  const ofIpv4 = all.filter(({ family }) => family === 4);
  const addresses = new Set((ofIpv4.length > 0 ? ofIpv4 : all).map(({ address }) => address));
  return [...addresses].map((address) => ({
    url: withHost(url, address.includes(':') ? `[${address}]` : address),
    host,
    ...(protocol === 'https:' && { serverName: hostname }),
  }));
}

/** Each record names a host and a port. */
async function bySrv(url: string): Promise<Instance[]> {
  const records = await dns.resolveSrv(parseAddress(url).url.hostname).catch(noAddresses);
  const hosts = new Set(records.map(({ name, port }) => `${name.replace(/\.$/, '')}:${port}`));
  return [...hosts].map((host) => ({ url: withHost(url, host) }));
}

/** With the path, the query and the credentials of the address. */
function withHost(text: string, host: string): string {
  const url = new URL(text);
  url.host = host;
  return url.href;
}

/** The name does not exist, or has no such records. Any other code is a failure of the name server. */
function noAddresses(error: unknown): never {
  const code = typeof error === 'object' && error !== null && 'code' in error ? String(error.code) : 'unknown error';
  if (code !== 'ENOTFOUND' && code !== 'ENODATA') {
    throw new AdapterError('unreachable', `its name cannot be resolved (${code}). Check url and the name server.`);
  }
  throw new AdapterError('noData', 'its name has no addresses. Check url, and that instances run.');
}
