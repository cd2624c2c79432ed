/**
 * The proxy that the environment sets for a server: HTTPS_PROXY, except for servers in NO_PROXY, with the rules of curl
 * and Go. Plain HTTP never uses a proxy: sidecars and queues are in the local network, and a proxy may resend a
 * request.
 */
import { BlockList, isIP } from 'node:net';

export interface Target {
  readonly protocol: string;
  /** As in a URL. An IPv6 address may have its brackets or not. */
  readonly hostname: string;
  /** Empty: the default port of the protocol. */
  readonly port: string | number | null | undefined;
}

type Environment = Readonly<Record<string, string | undefined>>;

/** @throws Error if HTTPS_PROXY is not the address of a proxy. */
export function proxyOf({ protocol, hostname, port }: Target, environment: Environment = process.env): URL | undefined {
  const written = valueOf(environment, 'HTTPS_PROXY');
  if (protocol !== 'https:' || written === undefined) return undefined;
  const host = hostname.replace(/^\[(.*)\]$/, '$1').toLowerCase();
  if (isLocal(host)) return undefined;
  const exceptions = (valueOf(environment, 'NO_PROXY') ?? '').split(/[\s,]+/).filter((rule) => rule !== '');
  const isException = exceptions.some((rule) => covers(rule.toLowerCase(), host, String(port || 443)));
  return isException ? undefined : addressOf(written);
}

/** Upper-case and lower-case names are both in use. An empty value counts as not set. */
function valueOf(environment: Environment, name: string): string | undefined {
  return environment[name]?.trim() || environment[name.toLowerCase()]?.trim() || undefined;
}

const loopback = new BlockList();
loopback.addSubnet('127.0.0.0', 8, 'ipv4');
loopback.addAddress('::1', 'ipv6');

function isLocal(host: string): boolean {
  return host === 'localhost' || isIn(loopback, host);
}

/**
 * `*`, `10.0.0.0/8`, `10.0.0.1`, `example.com` and `.example.com` (both with their subdomains), each with or without a
 * port.
 */
function covers(rule: string, host: string, port: string): boolean {
  if (rule === '*') return true;
  const subnet = /^([0-9a-f.:]+)\/(\d{1,3})$/.exec(rule);
  if (subnet) return isInSubnet(host, subnet[1] ?? '', Number(subnet[2]));
  const withPort = isIP(rule) === 0 ? /^\[?(.*?)\]?:(\d+)$/.exec(rule) : null;
  if (withPort && withPort[2] !== port) return false;
  const name = (withPort?.[1] ?? rule).replace(/^\*?\./, '');
  return host === name || (isIP(host) === 0 && host.endsWith(`.${name}`));
}

function isInSubnet(host: string, network: string, bits: number): boolean {
  const family = isIP(network);
  if (family === 0 || bits > (family === 4 ? 32 : 128)) return false;
  const list = new BlockList();
  list.addSubnet(network, bits, family === 4 ? 'ipv4' : 'ipv6');
  return isIn(list, host);
}

function isIn(list: BlockList, host: string): boolean {
  const family = isIP(host);
  return family !== 0 && list.check(host, family === 4 ? 'ipv4' : 'ipv6');
}

/** Accepts `proxy:3128` as well as `http://proxy:3128`. */
function addressOf(written: string): URL {
  const address = written.includes('://') ? written : `http://${written}`;
  if (URL.canParse(address)) {
    const url = new URL(address);
    if (/^https?:$/.test(url.protocol) && url.hostname !== '') return url;
  }
  // Without the value, which may contain a password.
  throw Object.assign(new Error('HTTPS_PROXY is not the address of a proxy; write http://host:port'), {
    code: 'ERR_PROXY',
  });
}
