/** The meaning of the errors of MongoDB and its client. */
import { oneLine } from '../../net/answer-words.js';
import { connectionFailureOf } from '../../net/connection-errors.js';
import { AdapterError, type ErrorCode } from '../../net/errors.js';

interface Meaning {
  readonly codes: readonly number[];
  readonly code: ErrorCode;
  readonly advice: string;
}

/** https://github.com/mongodb/mongo/blob/master/src/mongo/base/error_codes.yml */
const meanings: readonly Meaning[] = [
  { codes: [18], code: 'denied', advice: 'Check username, password, authSource and authMechanism.' },
  { codes: [13], code: 'denied', advice: 'Set username, and grant the user the role read on the database.' },
  { codes: [50], code: 'timeout', advice: 'Add an index for filter or pipeline, or raise timeout.' },
  {
    // The member is shutting down, or is no longer the primary.
    codes: [91, 189, 10107, 11600, 11602, 13435, 13436],
    code: 'unreachable',
    advice: 'Check that the server is running, and that the replica set has a primary.',
  },
];

const checkQuestion: Omit<Meaning, 'codes'> = { code: 'failed', advice: 'Check filter, or pipeline.' };

/** The error as an AdapterError, where its meaning is known. */
export function explained(thrown: unknown): unknown {
  if (thrown instanceof AdapterError) return thrown;
  const { name, code, message, cause, reason } = asThrown(thrown);
  if (name === 'MongoServerError') {
    const { code: meaning, advice } = meanings.find(({ codes }) => codes.includes(code)) ?? checkQuestion;
    return new AdapterError(meaning, `refused: ${oneLine(message).replace(/\.$/, '')} (code ${code}). ${advice}`);
  }
  if (name === 'MongoServerSelectionError') return cause === undefined ? ofSelection(reason) : explained(cause);
  if (name === 'MongoNetworkTimeoutError') return silent();
  const isOfConnection = name.startsWith('MongoNetwork') || name.startsWith('MongoPool');
  return isOfConnection && connectionFailureOf(thrown) === undefined ? closed() : thrown;
}

function closed(): AdapterError {
  const advice = 'Check that it is running, its address and the network, and whether it requires TLS.';
  return new AdapterError('unreachable', `closed the connection. ${advice}`);
}

/** What the client knows of the members when it has found none that may be read. */
function ofSelection(seen: Thrown['reason']): AdapterError {
  const members = [...(seen?.servers.values() ?? [])];
  if (members.some(({ type }) => type === 'Unknown')) return silent();
  const advice = 'Check that the replica set has a primary, and its name if replicaSet is set.';
  return new AdapterError('unreachable', `has no member that readPreference and replicaSet allow. ${advice}`);
}

function silent(): AdapterError {
  return new AdapterError('timeout', 'no response within the timeout');
}

interface Thrown {
  readonly name: string;
  /** Of an error that the server returned. */
  readonly code: number;
  readonly message: string;
  readonly cause?: unknown;
  /** Of an error of the client that has found no member. */
  readonly reason?: { readonly servers: ReadonlyMap<string, { readonly type: string }> };
}

/** An error of the client may belong to another realm, so it may not be an Error here. Its name is not an own property. */
function asThrown(thrown: unknown): Thrown {
  const error = (typeof thrown === 'object' && thrown !== null ? thrown : {}) as Partial<Thrown>;
  const { name = '', code = 0, message = '', cause, reason } = error;
  return { name, code, message, cause, ...(reason !== undefined && { reason }) };
}
