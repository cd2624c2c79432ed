/** One call through a vendor's SDK, with a deadline for the whole call, and the meaning of the SDK's errors. */
import { describeError, isParseError, wasNeverSent } from '../net/connection-errors.js';
import { type TimedCall, withDeadline } from '../net/deadline.js';
import { AdapterError, type AnswerCode } from '../net/errors.js';

/** The response that an error of an SDK was made from. */
export interface SdkAnswer {
  readonly code: AnswerCode;
  /** The status and the error text of the response. Not the message of the SDK, which may repeat the whole response. */
  readonly said: string;
  readonly retryAfterMs?: number | undefined;
}

/**
 * @param answerIn returns the response that the error was made from, an AdapterError if the adapter knows the cause, or
 *   undefined if there was no response.
 * @throws AdapterError
 */
export async function callSdk<Result>(
  call: TimedCall,
  work: (signal: AbortSignal) => Promise<Result>,
  answerIn: (error: Error) => SdkAnswer | AdapterError | undefined,
): Promise<Result> {
  const { name } = call;
  try {
    return await withDeadline(call, work);
  } catch (thrown) {
    if (thrown instanceof AdapterError) throw thrown;
    const error = thrown as Error; // SDKs throw only errors, but not always of this realm's Error class
    const answer = answerIn(error);
    if (answer instanceof AdapterError) throw answer;
    if (answer) throw new AdapterError(answer.code, `${name} returned ${answer.said}`, answer);
    if (isParseError(error)) {
      throw new AdapterError('malformed', `${name} returned a response that its SDK cannot parse`);
    }
    if (wasNeverSent(error)) throw new AdapterError('notSent', `${name} was not sent (${describeError(error)})`);
    throw new AdapterError('unreachable', `${name} got no response (${describeError(error)})`);
  }
}

/**
 * For the wait after a platform accepted a change and started it. If the wait exceeds the request timeout, the change
 * counts as accepted, and later observations of the resource show the result.
 * @throws AdapterError if the operation itself failed.
 */
export function ignoreWaitTimeout(error: unknown): void {
  if (!(error instanceof AdapterError && (error.code === 'timeout' || error.code === 'stopped'))) throw error;
}
