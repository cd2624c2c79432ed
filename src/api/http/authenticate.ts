/** Who may scale: whoever has the token, or else anybody but the web pages that an operator happens to visit. */
import { createHash, timingSafeEqual } from 'node:crypto';
import type { RequestHandler } from 'express';
import { isKnownName } from './known-host.js';
import { Problem } from './problem.js';

/** @param allowedHosts names of this server besides its addresses and localhost. */
export function authenticate(token: string | undefined, allowedHosts: readonly string[]): RequestHandler {
  return token === undefined ? refuseOtherPages(allowedHosts) : wantToken(token);
}

function wantToken(token: string): RequestHandler {
  const wanted = digest(token);
  return (request, _response, next) => {
    const [, given] = /^Bearer +(\S+) *$/i.exec(request.get('authorization') ?? '') ?? [];
    // Digests have one length, and comparing them takes one time: neither tells anything of the token.
    if (given !== undefined && timingSafeEqual(digest(given), wanted)) {
      next();
      return;
    }
    const what = given === undefined ? 'No bearer token was sent' : 'The bearer token is not the right one';
    throw new Problem(
      'unauthorized',
      `${what}. Send the value of ESCAPEMENT_API_TOKEN as "Authorization: Bearer <token>".`,
      { headers: { 'WWW-Authenticate': 'Bearer realm="escapement"' } },
    );
  };
}

/** Without a token a browser would lend any page its access to this port; it does name that page as the origin. */
function refuseOtherPages(allowedHosts: readonly string[]): RequestHandler {
  return (request, _response, next) => {
    const origin = request.get('origin');
    const isRead = request.method === 'GET' || request.method === 'HEAD';
    if (origin === undefined || isRead || isOwnPage(origin, request.get('host'), allowedHosts)) {
      next();
      return;
    }
    throw new Problem(
      'cross-origin',
      `A web page of ${origin} asked for this. Only pages of this server may, opened by its address, as localhost or by a name in ESCAPEMENT_ALLOWED_HOSTS. Set ESCAPEMENT_API_TOKEN and send it as a bearer token to allow others.`,
    );
  };
}

function isOwnPage(origin: string, host: string | undefined, allowedHosts: readonly string[]): boolean {
  if (!URL.canParse(origin)) return false;
  const page = new URL(origin);
  return page.host === host && isKnownName(page.hostname, allowedHosts);
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
