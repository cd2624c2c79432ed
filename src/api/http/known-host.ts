/**
 * The names that this server accepts in the Host header. A website can point its own name at this machine (DNS
 * rebinding). The browser then treats its requests as same-origin: they carry no foreign `Origin`, but they carry the
 * foreign name in `Host`.
 */
import { isIP } from 'node:net';
import type { RequestHandler } from 'express';
import { Problem } from './problem.js';

/** These paths reveal nothing, and liveness probes must not depend on a list of names. */
const openToAnyName = new Set(['/healthz', '/health']);

export function refuseForeignHosts(allowed: readonly string[]): RequestHandler {
  return (request, _response, next) => {
    const host = request.get('host');
    // Only HTTP/1.0 omits it, and no browser uses that.
    if (host === undefined || openToAnyName.has(request.path) || isKnownName(nameIn(host), allowed)) {
      next();
      return;
    }
    throw new Problem(
      'unknown-host',
      `The host name "${host.slice(0, 200)}" is not allowed. Use the IP address of this server or localhost, or add the ` +
        'name to ESCAPEMENT_ALLOWED_HOSTS. With ESCAPEMENT_API_TOKEN set, every name is allowed.',
    );
  };
}

/** An IP address cannot be pointed elsewhere. Neither can localhost, which browsers do not look up on the network. */
export function isKnownName(name: string, allowed: readonly string[]): boolean {
  const plain = name.replace(/^\[(.*)\]$/, '$1').toLowerCase();
  return isIP(plain) !== 0 || plain === 'localhost' || allowed.some((each) => each.toLowerCase() === plain);
}

/** `[::1]:3000` -> `[::1]`; a trailing dot, which a name may have, is removed. */
function nameIn(host: string): string {
  return host.replace(/:\d*$/, '').replace(/\.$/, '');
}
