/** Who may scale: whoever has the token, or else anybody but the web pages that an operator happens to visit. */
import { createHash, timingSafeEqual } from 'node:crypto';
import { isIP } from 'node:net';
import type { RequestHandler } from 'express';
import { Problem } from './problem.js';

export function authenticate(token: string | undefined): RequestHandler {
  return token === undefined ? refuseOtherPages : wantToken(token);
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
const refuseOtherPages: RequestHandler = (request, _response, next) => {
  const origin = request.get('origin');
  if (origin === undefined || request.method === 'GET' || request.method === 'HEAD') {
    next();
    return;
  }
  if (isOwnPage(origin, request.get('host'))) {
    next();
    return;
  }
  throw new Problem(
    'cross-origin',
    `A web page of ${origin} asked for this. Only pages of this server may, opened by its address or as localhost. Set ESCAPEMENT_API_TOKEN and send it as a bearer token to allow others.`,
  );
};

/** By its address or as localhost: any other name may be a stranger's that was pointed at this machine (DNS rebinding). */
function isOwnPage(origin: string, host: string | undefined): boolean {
  if (!URL.canParse(origin)) return false;
  const page = new URL(origin);
  const name = page.hostname.replace(/^\[(.*)\]$/, '$1');
  return page.host === host && (isIP(name) !== 0 || name === 'localhost');
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
