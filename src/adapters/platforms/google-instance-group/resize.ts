/** The request ID of a resize, and the operation with which Google carries it out. */
import { createHash } from 'node:crypto';
import { z } from 'zod';
import { oneLine } from '../../net/answer-words.js';
import { AdapterError, type AnswerCode } from '../../net/errors.js';
import type { Answer } from '../../net/http/request.js';
import { codeOfStatus } from '../../net/http/status.js';
import { parseJson } from '../../net/json.js';

const operationSchema = z.object({
  name: z.string(),
  status: z.string(),
  httpErrorStatusCode: z.int().optional(),
  error: z
    .object({ errors: z.array(z.object({ code: z.string().default('unknown'), message: z.string().default('') })) })
    .optional(),
});

export type Operation = z.output<typeof operationSchema>;

/** Undefined if the body cannot be parsed: the status of the response says that Google accepted the change. */
export function operationIn({ body }: Answer): Operation | undefined {
  return operationOf('text' in body ? parseJson(body.text) : undefined);
}

export function operationOf(json: unknown): Operation | undefined {
  return operationSchema.safeParse(json).data;
}

/** @throws AdapterError if the operation failed. */
export function refuseFailed(operation: Operation | undefined): void {
  const [first] = operation?.error?.errors ?? [];
  if (first === undefined) return;
  const said = oneLine(`${first.code}: ${first.message}`);
  throw new AdapterError(codeOfFailure(first.code, operation?.httpErrorStatusCode), `the resize failed: ${said}`);
}

/**
 * A repetition would have the same request ID, and Google would return the same failed operation. So no failure counts as
 * one that a repetition could fix.
 */
function codeOfFailure(code: string, status: number | undefined): AnswerCode {
  if (/QUOTA|LIMIT/.test(code)) return 'refused';
  if (status === undefined || status < 400) return 'failed';
  const known = codeOfStatus(status);
  return known === 'conflict' || known === 'throttled' ? 'invalid' : known;
}

/** A UUID of version 5 (RFC 9562), in the namespace of this program. The same name has the same UUID. */
export function requestIdOf(name: string): string {
  const hash = createHash('sha1').update(namespace).update(name).digest();
  hash[6] = ((hash[6] ?? 0) & 0x0f) | 0x50;
  hash[8] = ((hash[8] ?? 0) & 0x3f) | 0x80;
  const hex = hash.toString('hex');
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20, 32)].join('-');
}

const namespace = Buffer.from('b1f0c0f25f6c4b5e9f0d6a1c6f3e2a47', 'hex');
