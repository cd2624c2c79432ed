/** What the API reads of a request: a JSON body, validated by a schema before the route runs, and the idempotency key. */
import { json, type Request, type RequestHandler } from 'express';
import { z } from 'zod';
import { madeIdPrefix } from '../../../workflows/scale/messages.js';
import { Problem } from './problem.js';

/** The largest field of a request is a reason of 500 characters. */
const largestBody = '16kb';
/** Of many alerts, or of requests for many resources. */
const largestList = '1mb';
export const longestKey = 200;

/**
 * Parses any body as JSON, whatever its Content-Type: callers of the Omnistrate example need this, because the example
 * does not check the type.
 */
export const readAnyBody: RequestHandler = json({ limit: largestBody, strict: false, type: () => true });

export const readJsonBody = onlyJson(readAnyBody);
export const readJsonList = onlyJson(json({ limit: largestList }));

function onlyJson(read: RequestHandler): RequestHandler {
  return (request, response, next) => {
    const type = request.get('content-type');
    if (hasBody(request) && request.is(['application/json', 'application/*+json']) === false) {
      const what = type === undefined ? 'The body has no Content-Type' : `The body is ${type.slice(0, 100)}`;
      throw new Problem('unsupported-media-type', `${what}. Send JSON with "Content-Type: application/json".`, {
        headers: { Accept: 'application/json' },
      });
    }
    read(request, response, next);
  };
}

/** @throws Problem with every invalid field. */
export function parseBody<Schema extends z.ZodType>(schema: Schema, request: Request): z.output<Schema> {
  if (!hasBody(request) || request.body === undefined) {
    throw new Problem('invalid-request', 'The request has no body. Send JSON, for example {"targetCapacity": 3}.');
  }
  const parsed = schema.safeParse(request.body);
  if (parsed.success) return parsed.data;
  const errors = parsed.error.issues.flatMap(placesOf);
  throw new Problem('invalid-request', errors.map(({ pointer, detail }) => `${pointer}: ${detail}`).join('; '), {
    errors,
  });
}

function hasBody({ headers }: Request): boolean {
  return headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0;
}

function placesOf(issue: z.core.$ZodIssue): { pointer: string; detail: string }[] {
  if (issue.code !== 'unrecognized_keys') return [{ pointer: pointerTo(issue.path), detail: issue.message }];
  return issue.keys.map((key) => ({ pointer: pointerTo([...issue.path, key]), detail: 'unknown field' }));
}

/** RFC 6901, as a URI fragment. */
export function pointerTo(path: readonly PropertyKey[]): string {
  const parts = path.map((part) => encodeURIComponent(String(part).replaceAll('~', '~0').replaceAll('/', '~1')));
  return ['#', ...parts].join('/');
}

/** @throws Problem when the key is not unambiguous. */
export function idempotencyKeyOf(request: Request, longest = longestKey): string | undefined {
  const key = request.get('idempotency-key');
  if (key === undefined) return undefined;
  if (key === '' || key.length > longest || !/^[\x20-\x7e]+$/.test(key)) {
    throw invalidHeader('Idempotency-Key', `must be 1 to ${longest} visible ASCII characters, for example a UUID`);
  }
  if (key.startsWith(madeIdPrefix)) throw invalidHeader('Idempotency-Key', `must not begin with "${madeIdPrefix}"`);
  return key;
}

export function invalidHeader(header: string, why: string): Problem {
  return new Problem('invalid-request', `The header ${header} ${why}.`);
}
