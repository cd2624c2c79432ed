/** One call through a vendor's SDK: a deadline for all of it, leave to send it, and what its errors mean. */
import { oneLine } from '../net/answer-words.js';
import { Deadline } from '../net/deadline.js';
import type { SendPermit } from './platform.js';
import { kindOfStatus, Trouble } from './trouble.js';

export interface SdkCall {
  /** What is asked, for messages: `DescribeServices`. */
  readonly name: string;
  readonly signal: AbortSignal;
  /** For everything: credentials, the connection, the whole answer. */
  readonly timeoutMs: number;
}

/** What an SDK's error says of the answer it stands for. */
export interface SdkAnswer {
  readonly status: number;
  /** The status and the words of the error in it. Not what the SDK says by itself: that may repeat the whole answer. */
  readonly said: string;
  readonly retryAfterMs?: number;
}

/**
 * @param answerIn what the platform answered, where the error stands for an answer; a Trouble where the adapter knows
 *   more than the status says.
 * @throws Trouble
 */
export async function callSdk<T>(
  { name, signal, timeoutMs }: SdkCall,
  call: (signal: AbortSignal) => Promise<T>,
  answerIn: (error: Error) => SdkAnswer | Trouble | undefined,
): Promise<T> {
  const deadline = new Deadline(timeoutMs, signal);
  try {
    return await orStopped(deadline.signal, call(deadline.signal));
  } catch (thrown) {
    const error = thrown as Error; // SDKs throw nothing else, if not always of this realm's class
    if (error instanceof Trouble) throw error;
    if (signal.aborted) throw new Trouble('stopped', `${name} was stopped before its answer was complete`);
    if (deadline.isOver) throw new Trouble('timeout', `${name} had no complete answer within ${timeoutMs} ms`);
    const answer = answerIn(error);
    if (answer instanceof Trouble) throw answer;
    if (answer) {
      // An answer of success that the SDK could not make sense of.
      const kind = answer.status < 300 ? 'malformed' : kindOfStatus(answer.status);
      throw new Trouble(kind, `${name} was answered ${answer.said}`, answer.retryAfterMs);
    }
    if (causesOf(error).some(({ name: kind }) => kind === 'SyntaxError')) {
      throw new Trouble('malformed', `${name} was answered in a form that its SDK does not understand`);
    }
    const kind = wasNeverSent(error) ? 'notSent' : 'lost';
    throw new Trouble(kind, `${name} ${kind === 'notSent' ? 'was not sent' : 'had no answer'} (${reasonOf(error)})`);
  } finally {
    deadline.clear();
  }
}

/**
 * For the wait after a platform took a change and said that it is carrying it out: when that lasts longer than a request
 * may, the change is accepted all the same, and what is seen of the resource will tell the rest.
 * @throws Trouble where the operation itself came to a bad end.
 */
export function stillUnderWay(error: unknown): void {
  if (!(error instanceof Trouble && (error.kind === 'timeout' || error.kind === 'stopped'))) throw error;
}

/** @throws Trouble: the last thing that an adapter asks before it writes. */
export function checkPermit(permit: SendPermit, name: string): void {
  if (!permit.isValid()) throw new Trouble('notSent', `${name} was not sent: the leave to send it ran out meanwhile`);
}

/** Seconds, as most platforms give it. A server that asks for more than five minutes is asked again after five. */
export function retryAfterIn(headers: Readonly<Record<string, string | undefined>>): { retryAfterMs?: number } {
  const seconds = Number(headers['retry-after'] ?? NaN);
  return seconds > 0 ? { retryAfterMs: Math.min(seconds, 300) * 1000 } : {};
}

/** Not every SDK listens to the signal while it looks for credentials. */
async function orStopped<T>(stop: AbortSignal, work: Promise<T>): Promise<T> {
  let onStop = (): void => undefined;
  const stopped = new Promise<never>((_resolve, reject) => {
    onStop = () => reject(new Error('stopped'));
    stop.addEventListener('abort', onStop, { once: true });
    if (stop.aborted) onStop();
  });
  try {
    return await Promise.race([work, stopped]);
  } finally {
    stop.removeEventListener('abort', onStop);
  }
}

/**
 * The codes of Node and of OpenSSL that end a connection before anything of a request is written to it. Looked for in the
 * message too, because some SDKs wrap the error and keep only that.
 */
const beforeSending =
  /\b(ERR_PROXY|ECONNREFUSED|ENOTFOUND|EAI_AGAIN|EHOSTUNREACH|ENETUNREACH|ERR_TLS\w+|CERT_\w+|UNABLE_TO_\w+|SELF_SIGNED\w+|DEPTH_ZERO\w+)\b/;

function wasNeverSent(error: Error): boolean {
  return causesOf(error).some(({ code = '', message = '' }) => beforeSending.test(`${code} ${message}`));
}

/**
 * What Node says of a connection, which has a code. Whatever else an SDK says may repeat what it was answered, so that
 * only its kind is told, and the code in it.
 */
function reasonOf(error: Error): string {
  const causes = causesOf(error);
  const ofNode = causes.findLast(({ code }) => typeof code === 'string' && /^[A-Z][A-Z0-9_]+$/.test(code));
  if (ofNode) return oneLine(ofNode.message || ofNode.code || error.name);
  const [code] = causes.flatMap(({ message = '' }) => beforeSending.exec(message)?.[0] ?? []);
  return code ?? error.name;
}

interface Cause {
  readonly name?: string;
  readonly code?: string;
  readonly message?: string;
  readonly cause?: unknown;
  /** Of an error that stands for one at each of several addresses. */
  readonly errors?: readonly unknown[];
}

function causesOf(error: unknown): Cause[] {
  if (typeof error !== 'object' || error === null) return [];
  const it: Cause = error;
  return [it, ...causesOf(it.errors?.[0] ?? it.cause)];
}
