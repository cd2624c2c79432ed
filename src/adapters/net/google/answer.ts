/** The meaning of the error responses of Google's APIs, which is more specific than their status. */
import { z } from 'zod';
import { AdapterError, type AnswerCode } from '../errors.js';
import { acceptedAnswer } from '../http/answer.js';
import type { Answer, HttpResult } from '../http/request.js';
import { parseJson } from '../json.js';

/** `google.rpc.Status`, and the older form with a list of errors, which Compute Engine still uses. */
const failureSchema = z.object({
  error: z.object({
    status: z.string().optional(),
    errors: z.array(z.object({ reason: z.string().optional() })).default([]),
  }),
});

const codes: readonly { readonly reasons: RegExp; readonly code: AnswerCode }[] = [
  // Compute Engine returns them with status 403.
  { reasons: /^(userR|r)ateLimitExceeded$|^RESOURCE_EXHAUSTED$/, code: 'throttled' },
  { reasons: /^quotaExceeded$/, code: 'refused' },
  // With status 400: another operation changes the resource.
  { reasons: /^resourceNotReady$|^resourceInUse/, code: 'conflict' },
];

/**
 * A response with a success status.
 * @throws AdapterError
 */
export function acceptedByGoogle(result: HttpResult, request: string): Answer {
  try {
    return acceptedAnswer(result, request);
  } catch (error) {
    const code = codeOf(result);
    if (code === undefined || !(error instanceof AdapterError)) throw error;
    throw new AdapterError(code, error.message, error);
  }
}

function codeOf(result: HttpResult): AnswerCode | undefined {
  if (result.kind !== 'answered' || result.status < 400 || result.status >= 500) return undefined;
  const { data } = failureSchema.safeParse('text' in result.body ? parseJson(result.body.text) : undefined);
  const reasons = data ? [data.error.status, ...data.error.errors.map(({ reason }) => reason)] : [];
  return codes.find((each) => reasons.some((reason) => reason !== undefined && each.reasons.test(reason)))?.code;
}
