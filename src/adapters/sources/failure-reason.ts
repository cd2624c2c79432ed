/** Sorts what network clients throw into the few reasons that a person can act on. */
import { types } from 'node:util';
import { SourceError } from './source.js';

export interface Reason {
  readonly code: SourceError['code'];
  readonly text: string;
}

/** The reason of anything thrown. The original is not kept as a cause: it may hold requests with credentials in them. */
export function reasonOf(thrown: unknown): Reason {
  if (thrown instanceof SourceError) return { code: thrown.code, text: thrown.message };
  const failures = [...withCauses(thrown)];
  const said = failures.map(messageOf).find((message) => message !== '') ?? 'it failed without saying why';
  const codes = failures.flatMap(codesOf);
  const handshake = handshakeReasons.find(({ pattern }) => codes.some((code) => pattern.test(code)));
  if (handshake !== undefined) return handshake.reason;
  if (codes.includes('ERR_PROXY')) {
    return { code: 'unreachable', text: `${firstLine(said)}. Check HTTPS_PROXY and NO_PROXY.` };
  }
  const network = codes.find((code) => unreachableCodes.has(code));
  if (network !== undefined) {
    return {
      code: 'unreachable',
      text: `cannot be reached (${network}). Check that it runs, and the address and network.`,
    };
  }
  const certificate = codes.find((code) => certificateCodes.test(code));
  if (certificate !== undefined) {
    const advice =
      'Set tls.ca to the authority that signed its certificate, or use the host name the certificate is for.';
    return { code: 'unreachable', text: `its certificate is not trusted (${certificate}). ${advice}` };
  }
  return { code: 'failed', text: `${firstLine(said)}. Look at its log for the reason.` };
}

/** What TLS says, where it says more than that a certificate is not trusted. */
const handshakeReasons: readonly { readonly pattern: RegExp; readonly reason: Reason }[] = [
  {
    pattern: /CERTIFICATE_REQUIRED|ALERT_HANDSHAKE_FAILURE|ALERT_BAD_CERTIFICATE|ALERT_UNKNOWN_CA/,
    reason: {
      code: 'denied',
      text: 'does not accept our certificate, or asks for one. Set tls.cert and tls.key to a pair that it trusts.',
    },
  },
  {
    pattern: /WRONG_VERSION_NUMBER|PACKET_LENGTH_TOO_LONG/,
    reason: { code: 'unreachable', text: 'does not speak TLS there. Check the port, or leave TLS out of the address.' },
  },
];

const unreachableCodes = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'ECONNABORTED',
  'EPIPE',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ETIMEDOUT',
  'UND_ERR_SOCKET',
  'UND_ERR_CONNECT_TIMEOUT',
]);

/** As OpenSSL and Node name them: SELF_SIGNED_CERT_IN_CHAIN, CERT_HAS_EXPIRED, ERR_TLS_CERT_ALTNAME_INVALID, EPROTO... */
const certificateCodes = /CERT|SIGNATURE|ERR_TLS|ERR_SSL|EPROTO/;

/** An error, its causes, and the errors of an AggregateError (a host name with two addresses gives one of those). */
function* withCauses(thrown: unknown): Generator {
  yield thrown;
  if (!types.isNativeError(thrown)) return;
  if ('errors' in thrown && Array.isArray(thrown.errors)) for (const error of thrown.errors) yield* withCauses(error);
  if (thrown.cause !== undefined) yield* withCauses(thrown.cause);
}

function messageOf(thrown: unknown): string {
  return types.isNativeError(thrown) ? thrown.message : String(thrown);
}

/** Libraries that wrap an error often keep its code in the message only: "connect ECONNREFUSED 127.0.0.1:9092". */
function codesOf(thrown: unknown): string[] {
  const code = types.isNativeError(thrown) && 'code' in thrown && typeof thrown.code === 'string' ? [thrown.code] : [];
  return [...code, ...(messageOf(thrown).match(/\b[A-Z][A-Z_]{4,}\b/g) ?? [])];
}

function firstLine(text: string): string {
  return (text.split('\n')[0] ?? '').slice(0, 300).replace(/\.$/, '');
}
