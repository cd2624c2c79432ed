/** One call through a vendor's SDK, with a deadline for all of it, and what the errors of the SDK mean. */
import { describeError, isParseError, wasNeverSent } from '../net/connection-errors.js';
import { type TimedCall, withDeadline } from '../net/deadline.js';
import { AdapterError, type AnswerCode } from '../net/errors.js';

/** What an SDK's error says of the answer it stands for. */
export interface SdkAnswer {
  readonly code: AnswerCode;
  /** The status and the words of the error in it. Not what the SDK says by itself: that may repeat the whole answer. */
  readonly said: string;
  readonly retryAfterMs?: number | undefined;
}

/**
 * @param answerIn what the platform answered, where the error stands for an answer; an AdapterError where the adapter
 *   knows more than the answer says.
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
    const error = thrown as Error; // SDKs throw nothing else, if not always of this realm's class
    const answer = answerIn(error);
    if (answer instanceof AdapterError) throw answer;
    if (answer) throw new AdapterError(answer.code, `${name} was answered ${answer.said}`, answer);
    if (isParseError(error)) {
      throw new AdapterError('malformed', `${name} was answered in a form that its SDK does not understand`);
    }
    if (wasNeverSent(error)) throw new AdapterError('notSent', `${name} was not sent (${describeError(error)})`);
    throw new AdapterError('unreachable', `${name} had no answer (${describeError(error)})`);
  }
}

/**
 * For the wait after a platform took a change and said that it is carrying it out: when that lasts longer than a request
 * may, the change is accepted all the same, and what is seen of the resource will tell the rest.
 * @throws AdapterError where the operation itself came to a bad end.
 */
export function stillUnderWay(error: unknown): void {
  if (!(error instanceof AdapterError && (error.code === 'timeout' || error.code === 'stopped'))) throw error;
}
