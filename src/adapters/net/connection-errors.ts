/** The meaning of connection errors of Node, OpenSSL, undici, our tunnel and the libraries that wrap their errors. */
import { oneLine } from './answer-words.js';
import { AdapterError, type ErrorCode } from './errors.js';

export interface ConnectionFailure {
  readonly code: ErrorCode;
  /** What happened and what to do, as a text that follows the name of the server. */
  readonly text: string;
}

/** Undefined if the error is not about a connection. */
export function connectionFailureOf(thrown: unknown): ConnectionFailure | undefined {
  const errors = withCauses(thrown);
  const codes = errors.flatMap(codesOf);
  const handshake = handshakeFailures.find(({ pattern }) => codes.some((code) => pattern.test(code)));
  if (handshake !== undefined) return handshake.failure;
  if (codes.includes('ERR_PROXY')) {
    return { code: 'unreachable', text: `${firstMessageOf(thrown)}. Check HTTPS_PROXY and NO_PROXY.` };
  }
  const network = codes.find((code) => neverConnected.includes(code) || connectionLost.includes(code));
  if (network !== undefined) {
    return {
      code: 'unreachable',
      text: `cannot be reached (${network}). Check that it is running, its address and the network.`,
    };
  }
  const certificate = codes.find((code) => certificateCodes.test(code));
  if (certificate === undefined) return undefined;
  const advice =
    'Set tls.ca to the authority that signed its certificate, or use the host name that the certificate names.';
  return { code: 'unreachable', text: `its certificate is not trusted (${certificate}). ${advice}` };
}

/**
 * Whether the connection ended before any byte of a request was written. The messages are searched too, because some
 * SDKs wrap an error and keep only its message.
 */
export function wasNeverSent(thrown: unknown): boolean {
  const { code = '', message = '', errors = [], cause } = asThrown(thrown);
  if (beforeSending.test(`${String(code)} ${message}`)) return true;
  return errors.length > 0 ? errors.every(wasNeverSent) : cause !== undefined && wasNeverSent(cause);
}

/**
 * A description to be put in brackets. A connection error of Node has a code, and its message is shown whole. Any other
 * message of a client may repeat the response, so only the name of the error and the code in the message are shown.
 */
export function describeError(thrown: unknown): string {
  if (thrown instanceof AdapterError) return thrown.message;
  const errors = withCauses(thrown);
  const ofNode = errors.findLast(({ code }) => typeof code === 'string' && /^[A-Z][A-Z0-9_]+$/.test(code));
  if (ofNode) {
    const { message = '', code } = ofNode;
    // The code of OpenSSL is more specific than its message.
    return message === '' || String(code).startsWith('ERR_SSL_') ? String(code) : oneLine(message);
  }
  const [code] = errors.flatMap(({ message = '' }) => beforeSending.exec(message)?.[0] ?? []);
  return code ?? asThrown(thrown).name ?? 'Error';
}

/** The first line of an error's message, or of the message of its cause. */
export function firstMessageOf(thrown: unknown): string {
  const said = withCauses(thrown).find(({ message = '' }) => message !== '')?.message ?? 'it failed without a message';
  return (said.split('\n')[0] ?? '').slice(0, 300).replace(/\.$/, '');
}

/** Whether a client could not parse the response. */
export function isParseError(thrown: unknown): boolean {
  return withCauses(thrown).some(({ name }) => name === 'SyntaxError');
}

/** TLS handshake failures with a more specific cause than an untrusted certificate. */
const handshakeFailures: readonly { readonly pattern: RegExp; readonly failure: ConnectionFailure }[] = [
  {
    pattern: /CERTIFICATE_REQUIRED|ALERT_HANDSHAKE_FAILURE|ALERT_BAD_CERTIFICATE|ALERT_UNKNOWN_CA/,
    failure: {
      code: 'denied',
      text: 'does not accept the client certificate, or requires one. Set tls.cert and tls.key to a trusted pair.',
    },
  },
  {
    pattern: /WRONG_VERSION_NUMBER|PACKET_LENGTH_TOO_LONG/,
    failure: {
      code: 'unreachable',
      text: 'does not use TLS on this port. Check the port, or remove TLS from the address.',
    },
  },
];

const neverConnected = ['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'EHOSTUNREACH', 'ENETUNREACH'];

const connectionLost = [
  'ECONNRESET',
  'ECONNABORTED',
  'EPIPE',
  'ETIMEDOUT',
  'UND_ERR_SOCKET',
  'UND_ERR_CONNECT_TIMEOUT',
];

const beforeSending = new RegExp(
  `\\b(ERR_PROXY|${neverConnected.join('|')}|ERR_TLS\\w+|CERT_\\w+|UNABLE_TO_\\w+|SELF_SIGNED\\w+|DEPTH_ZERO\\w+)\\b`,
);

/** Codes of OpenSSL and Node: SELF_SIGNED_CERT_IN_CHAIN, CERT_HAS_EXPIRED, ERR_TLS_CERT_ALTNAME_INVALID, EPROTO... */
const certificateCodes = /CERT|SIGNATURE|ERR_TLS|ERR_SSL|EPROTO/;

interface Thrown {
  readonly name?: string;
  readonly code?: unknown;
  readonly message?: string;
  readonly cause?: unknown;
  /** The errors of an AggregateError: one for each address that was tried. */
  readonly errors?: readonly unknown[];
}

/** An error, its causes and the errors that it aggregates. */
function withCauses(thrown: unknown): Thrown[] {
  const error = asThrown(thrown);
  const { errors = [], cause } = error;
  return [error, ...errors.flatMap(withCauses), ...(cause === undefined ? [] : withCauses(cause))];
}

function asThrown(thrown: unknown): Thrown {
  // Errors of another copy of a library, or of another realm, are not instances of this realm's Error.
  return typeof thrown === 'object' && thrown !== null ? thrown : { message: String(thrown) };
}

/** Libraries that wrap an error often keep its code in the message only: "connect ECONNREFUSED 127.0.0.1:9092". */
function codesOf({ code, message = '' }: Thrown): string[] {
  return [...(typeof code === 'string' ? [code] : []), ...(message.match(/\b[A-Z][A-Z_]{4,}\b/g) ?? [])];
}
