/** What the API reads of a request: a JSON body, validated by a schema before the route runs, and two headers. */
import { json, type Request, type RequestHandler } from 'express';
import { z } from 'zod';
import { madeIdPrefix } from '../../../workflows/scale/messages.js';
import { Problem } from './problem.js';

/** The largest field of a request is a reason of 500 characters. */
const largestBody = '16kb';
/** A webhook contains many alerts. */
const largestHook = '1mb';
export const longestKey = 200;
export const longestWaitSeconds = 3600;

/**
 * Parses any body as JSON, whatever its Content-Type: callers of the Omnistrate example need this, because the example
 * does not check the type.
 */
export const readAnyBody: RequestHandler = json({ limit: largestBody, strict: false, type: () => true });

export const readJsonBody = onlyJson(readAnyBody);
export const readHook = onlyJson(json({ limit: largestHook }));

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
export function idempotencyKeyOf(request: Request): string | undefined {
  const key = request.get('idempotency-key');
  if (key === undefined) return undefined;
  if (key === '' || key.length > longestKey || !/^[\x20-\x7e]+$/.test(key)) {
    throw invalid('Idempotency-Key', `must be 1 to ${longestKey} visible ASCII characters, for example a UUID`);
  }
  if (key.startsWith(madeIdPrefix)) throw invalid('Idempotency-Key', `must not begin with "${madeIdPrefix}"`);
  return key;
}

/** RFC 7240, `Prefer: wait=60`. Whole seconds; other preferences are ignored, as the RFC requires. */
export function preferredWaitMs(request: Request): number {
  const preferences = (request.get('prefer') ?? '').split(',').map((preference) => preference.trim());
  const wait = preferences.find((preference) => /^wait\s*=/i.test(preference));
  if (wait === undefined) return 0;
  const value = wait.slice(wait.indexOf('=') + 1).trim();
  const seconds = /^\d{1,9}$/.test(value) ? Number(value) : NaN;
  if (!(seconds <= longestWaitSeconds)) {
    throw invalid(
      'Prefer',
      `wait must be a whole number of seconds from 0 to ${longestWaitSeconds}, for example "Prefer: wait=60"`,
    );
  }
  return seconds * 1000;
}

function invalid(header: string, why: string): Problem {
  return new Problem('invalid-request', `The header ${header} ${why}.`);
}
