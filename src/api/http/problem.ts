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

interface ProblemDefinition {
  readonly status: number;
  readonly title: string;
  /** When the API answers with it. Markdown, like `action`: docs/problems.md is made of both. */
  readonly meaning: string;
  /** What the caller should do. */
  readonly action: string;
}

/** Stable: callers switch on these types. */
export const problemTypes = {
  'malformed-json': {
    status: 400,
    title: 'The body is not valid JSON',
    meaning: 'The body cannot be parsed.',
    action: 'Send valid JSON.',
  },
  'invalid-request': {
    status: 400,
    title: 'The request is invalid',
    meaning:
      'A field, a header or a parameter of the query is missing, unknown or out of range. `errors` points to each field.',
    action: 'Correct what `detail` and `errors` name.',
  },
  unauthorized: {
    status: 401,
    title: 'A bearer token is required',
    meaning: 'The request has no token, or not the token of this server.',
    action: 'Send `Authorization: Bearer` with the value of `ESCAPEMENT_API_TOKEN`.',
  },
  'cross-origin': {
    status: 403,
    title: 'Requests from other web pages are not allowed',
    meaning:
      'The request came from a web page of another origin, or of this server under a host name that is not allowed.',
    action: 'Set a token to allow such requests.',
  },
  'unknown-host': {
    status: 403,
    title: 'The host name is not allowed',
    meaning:
      'No token is set, and the `Host` header is neither an IP address, `localhost`, nor a name that is allowed.',
    action: 'Use an IP address or localhost, or add the name to `ESCAPEMENT_ALLOWED_HOSTS`.',
  },
  'unknown-resource': {
    status: 404,
    title: 'The resource does not exist',
    meaning: 'The configuration of the API has no resource of this name.',
    action: 'Use one of the resources that `detail` lists, or add the resource to the configuration of the API.',
  },
  'unknown-plan': {
    status: 404,
    title: 'The plan does not exist',
    meaning: 'No plan has this ID. Temporal deletes closed plans after the retention of the namespace.',
    action: 'Use an ID that `GET /v1/plans` lists.',
  },
  'unknown-route': {
    status: 404,
    title: 'The route does not exist',
    meaning: 'The API has no such path.',
    action: 'Start with `GET /v1/resources`, or read `/docs`.',
  },
  'several-resources': {
    status: 404,
    title: 'This route requires a configuration with one resource',
    meaning: 'The routes of the Omnistrate example name no resource, and the configuration has several.',
    action: 'Use the `/v1` routes, which name the resource.',
  },
  'not-autoscaled': {
    status: 404,
    title: 'The resource is not autoscaled',
    meaning: 'The resource has no `autoscale` in the configuration.',
    action: 'Request a capacity, or add `autoscale` to the resource.',
  },
  'method-not-allowed': {
    status: 405,
    title: 'The method is not allowed',
    meaning: 'The path exists, and not with this method.',
    action: 'Use one of the methods in the `Allow` header.',
  },
  'autoscaler-not-running': {
    status: 409,
    title: 'The autoscaler of the resource is not running',
    meaning: 'The autoscaler was ended in Temporal or has not started yet. `detail` says which, and what starts it.',
    action: 'Start a worker whose configuration names the resource, and retry.',
  },
  'idempotency-conflict': {
    status: 409,
    title: 'The idempotency key was already used for another request',
    meaning: 'An earlier request with this `Idempotency-Key` had a different body.',
    action: 'Use a new key for a new request.',
  },
  replaced: {
    status: 409,
    title: 'Another request has set another target',
    meaning: 'While this request waited with `Prefer: wait`, a later request changed the target.',
    action: 'Read the status before you send another request.',
  },
  cancelled: {
    status: 409,
    title: 'The scale run was cancelled',
    meaning: 'While this request waited, the run was cancelled.',
    action: 'Send the request again to continue.',
  },
  'plan-cancelled': {
    status: 409,
    title: 'The plan was cancelled',
    meaning: 'While this request waited, the plan was cancelled.',
    action: 'Read the plan: it says what became of each resource.',
  },
  'nothing-under-way': {
    status: 409,
    title: 'No scaling is in progress',
    meaning: 'There is no run to cancel, or the run is at its target.',
    action: 'Nothing.',
  },
  'nothing-recorded': {
    status: 409,
    title: 'No signals of the resource are recorded',
    meaning: 'A backtest needs recorded signals, and no worker has evaluated the policies of the resource yet.',
    action: 'Wait until a worker has evaluated the policies once.',
  },
  'not-resolved': {
    status: 409,
    title: 'The relative request could not be resolved',
    meaning:
      'The run ended before it observed the capacity to which `add` or `remove` is relative. Nothing was changed for this request.',
    action: 'Retry.',
  },
  'too-large': {
    status: 413,
    title: 'The body is too large',
    meaning: 'The body is larger than the limit of the route: 16 KiB, or 1 MiB for a webhook.',
    action: 'Send a smaller body.',
  },
  'unsupported-media-type': {
    status: 415,
    title: 'The body must be JSON',
    meaning: 'The `Content-Type` is not JSON, or the text is not UTF-8.',
    action: 'Send `Content-Type: application/json`.',
  },
  'out-of-bounds': {
    status: 422,
    title: 'The capacity is outside the bounds',
    meaning: 'The capacity is below `min` or above `max`. `detail` names the bound.',
    action: 'Stay within `min` and `max`, or change them. An override may set `beyondBounds`.',
  },
  'scaling-failed': {
    status: 500,
    title: 'The scale run failed',
    meaning: 'While this request waited, the run failed. `detail` has its reason.',
    action: 'Fix the cause that `detail` names, and retry.',
  },
  'plan-failed': {
    status: 500,
    title: 'The plan failed',
    meaning: 'While this request waited, a step of the plan failed. `detail` has its reason.',
    action: 'Fix the cause that `detail` names, and send the plan with a new key.',
  },
  internal: {
    status: 500,
    title: 'Internal error',
    meaning: 'An error that no rule of the API covers.',
    action: 'Report it; the log has it under the request ID.',
  },
  'temporal-unavailable': {
    status: 503,
    title: 'Temporal is unavailable',
    meaning: 'The Temporal server is unreachable, overloaded or slow, or refuses the credentials of this process.',
    action: 'Retry after `Retry-After`, with the same `Idempotency-Key`.',
  },
} as const satisfies Record<string, ProblemDefinition>;

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
