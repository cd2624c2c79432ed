/**
 * Which names this server answers to. A web page can point its own name at this machine (DNS rebinding), and its
 * requests then count as its own to the browser: they carry no foreign `Origin`, but the foreign name as `Host`.
 */
import { isIP } from 'node:net';
import type { RequestHandler } from 'express';
import { Problem } from './problem.js';

/** They tell nothing, and whatever keeps the process alive must not depend on a list of names. */
const openToAnyName = new Set(['/healthz', '/health']);

export function refuseForeignHosts(allowed: readonly string[]): RequestHandler {
  return (request, _response, next) => {
    const host = request.get('host');
    // Only HTTP/1.0, which no browser speaks, leaves it out.
    if (host === undefined || openToAnyName.has(request.path) || isKnownName(nameIn(host), allowed)) {
      next();
      return;
    }
    throw new Problem(
      'unknown-host',
      `This server does not answer to the name "${host.slice(0, 200)}". Use its IP address or localhost, or add the ` +
        'name to ESCAPEMENT_ALLOWED_HOSTS; with ESCAPEMENT_API_TOKEN set, any name will do.',
    );
  };
}

/** An IP address cannot be pointed elsewhere; no more can localhost, which browsers do not ask the network for. */
export function isKnownName(name: string, allowed: readonly string[]): boolean {
  const plain = name.replace(/^\[(.*)\]$/, '$1').toLowerCase();
  return isIP(plain) !== 0 || plain === 'localhost' || allowed.some((each) => each.toLowerCase() === plain);
}

/** `[::1]:3000` -> `[::1]`; a dot at the end, which names may have, does not count. */
function nameIn(host: string): string {
  return host.replace(/:\d*$/, '').replace(/\.$/, '');
}
