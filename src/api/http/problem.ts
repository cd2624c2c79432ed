/** Problem details (RFC 9457): errors that both a person and a program can use. */
import { z } from 'zod';

const errorPlace = z.strictObject({
  pointer: z.string().describe('JSON pointer into the body, for example #/targetCapacity.'),
  detail: z.string(),
  line: z.int().min(1).optional().describe('Of a field that is YAML: the line in its text, from 1.'),
  column: z.int().min(1).optional().describe('The column in that line, from 1.'),
});
export type ErrorPlace = z.output<typeof errorPlace>;

export const problemSchema = z
  .strictObject({
    type: z.string().describe('Stable: callers may switch on it.'),
    title: z.string(),
    status: z.int(),
    detail: z.string().describe('What happened and what to do next.'),
    requestId: z.string().describe('The same as in the X-Request-Id header and the log.'),
    errors: z.array(errorPlace).optional(),
  })
  .describe('Problem details (RFC 9457).');
export type ProblemAnswer = z.output<typeof problemSchema>;

/** Stable: callers switch on these types. Documented in docs/api.md. */
export const problemTypes = {
  'malformed-json': { status: 400, title: 'The body is not valid JSON' },
  'invalid-request': { status: 400, title: 'The request is invalid' },
  unauthorized: { status: 401, title: 'A bearer token is required' },
  'cross-origin': { status: 403, title: 'Requests from other web pages are not allowed' },
  'unknown-host': { status: 403, title: 'The host name is not allowed' },
  'unknown-resource': { status: 404, title: 'The resource does not exist' },
  'unknown-plan': { status: 404, title: 'The plan does not exist' },
  'unknown-route': { status: 404, title: 'The route does not exist' },
  'several-resources': { status: 404, title: 'This route requires a configuration with one resource' },
  'not-autoscaled': { status: 404, title: 'The resource is not autoscaled' },
  'method-not-allowed': { status: 405, title: 'The method is not allowed' },
  'autoscaler-not-running': { status: 409, title: 'The autoscaler of the resource is not running' },
  'idempotency-conflict': { status: 409, title: 'The idempotency key was already used for another request' },
  replaced: { status: 409, title: 'Another request has set another target' },
  cancelled: { status: 409, title: 'The scale run was cancelled' },
  'plan-cancelled': { status: 409, title: 'The plan was cancelled' },
  'nothing-under-way': { status: 409, title: 'No scaling is in progress' },
  'nothing-recorded': { status: 409, title: 'No signals of the resource are recorded' },
  'not-resolved': { status: 409, title: 'The relative request could not be resolved' },
  'too-large': { status: 413, title: 'The body is too large' },
  'unsupported-media-type': { status: 415, title: 'The body must be JSON' },
  'out-of-bounds': { status: 422, title: 'The capacity is outside the bounds' },
  'scaling-failed': { status: 500, title: 'The scale run failed' },
  'plan-failed': { status: 500, title: 'The plan failed' },
  internal: { status: 500, title: 'Internal error' },
  'temporal-unavailable': { status: 503, title: 'Temporal is unavailable' },
} as const satisfies Record<string, { status: number; title: string }>;

export type ProblemType = keyof typeof problemTypes;

export class Problem extends Error {
  override readonly name = 'Problem';

  constructor(
    readonly type: ProblemType,
    /** What happened and what to do next. Never a secret. */
    readonly detail: string,
    readonly more: {
      readonly errors?: readonly ErrorPlace[];
      readonly headers?: Readonly<Record<string, string>>;
      readonly cause?: unknown;
    } = {},
  ) {
    super(detail, { cause: more.cause });
  }

  get status(): number {
    return problemTypes[this.type].status;
  }
}

export function problemUri(type: ProblemType): string {
  return `urn:escapement:problem:${type}`;
}
