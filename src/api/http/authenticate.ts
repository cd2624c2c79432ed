/**
 * Who may call the API: callers with the token, or, without a token, everyone except pages of other websites in an
 * operator's browser.
 */
import { createHash, timingSafeEqual } from 'node:crypto';
import type { RequestHandler } from 'express';
import { isKnownName } from './known-host.js';
import { Problem } from './problem.js';

/** @param allowedHosts names of this server besides its addresses and localhost. */
export function authenticate(token: string | undefined, allowedHosts: readonly string[]): RequestHandler {
  return token === undefined ? refuseOtherPages(allowedHosts) : requireToken(token);
}

function requireToken(token: string): RequestHandler {
  const wanted = digest(token);
  return (request, _response, next) => {
    const [, given] = /^Bearer +(\S+) *$/i.exec(request.get('authorization') ?? '') ?? [];
    // Digests have equal lengths and are compared in constant time, so neither reveals anything about the token.
    if (given !== undefined && timingSafeEqual(digest(given), wanted)) {
      next();
      return;
    }
    const what = given === undefined ? 'The request has no bearer token' : 'The bearer token is invalid';
    throw new Problem(
      'unauthorized',
      `${what}. Send the value of ESCAPEMENT_API_TOKEN as "Authorization: Bearer <token>".`,
      { headers: { 'WWW-Authenticate': 'Bearer realm="escapement"' } },
    );
  };
}

/**
 * Without a token, a browser would let any page send requests to this port. It names that page in the Origin header.
 */
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
      `The request comes from a web page of ${origin}. Only pages of this server are allowed, opened by its IP address, as localhost or by a name in ESCAPEMENT_ALLOWED_HOSTS. To allow other pages, set ESCAPEMENT_API_TOKEN and send it as a bearer token.`,
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
