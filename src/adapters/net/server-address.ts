/** Addresses of servers in settings: validated when the configuration is read, and shown without credentials. */
import { z } from 'zod';

/** A setting with an address such as `http://prometheus:9090`. Its error messages never repeat the value. */
export function addressSetting(protocols: readonly string[]) {
  return z.string().superRefine((text, issues) => {
    const problem = problemOf(text, protocols);
    if (problem !== undefined) issues.addIssue({ code: 'custom', message: problem });
  });
}

export interface ServerAddress {
  readonly url: URL;
  /** The address for display: without user, password and query. */
  readonly shown: string;
  /** Decoded credentials of the address itself, if any. */
  readonly username: string | undefined;
  readonly password: string | undefined;
}

/** Splits an address into its credentials and a URL without them. */
export function parseAddress(text: string): ServerAddress {
  const url = new URL(text);
  const username = url.username === '' ? undefined : decodeURIComponent(url.username);
  const password = url.password === '' ? undefined : decodeURIComponent(url.password);
  url.username = '';
  url.password = '';
  const shown = `${url.protocol}//${url.host}${url.pathname === '/' ? '' : url.pathname}`;
  return { url, shown, username, password };
}

function problemOf(text: string, protocols: readonly string[]): string | undefined {
  const example = `${protocols[0] ?? 'http'}://host:port`;
  // An unescaped "#" ends the host, so part of the password would become the host name of the request.
  if (text.includes('#') || !URL.canParse(text)) {
    return `is not an address like ${example}. In a user name or password of an address, percent-encode # / ? @ : % (as %23 ...), or give them apart as username and password.`;
  }
  const protocol = new URL(text).protocol.slice(0, -1);
  if (!protocols.includes(protocol)) return `must begin with ${protocols.map((name) => `${name}://`).join(' or ')}`;
  if (new URL(text).hostname === '') return `has no host: write it like ${example}`;
  try {
    parseAddress(text);
  } catch {
    return 'has a user name or password with a % that is not followed by two hex digits: write % as %25, or give them apart as username and password.';
  }
  return undefined;
}
