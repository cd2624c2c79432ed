/** What a request to an Escapement API comes back with when it is not carried out. */
import type { ProblemAnswer } from '../api/http/problem.js';

export class EscapementError extends Error {
  override readonly name = 'EscapementError';

  constructor(
    /** Stable, such as `urn:escapement:problem:out-of-bounds`; `about:blank` if the answer is not one of Escapement. */
    readonly type: string,
    readonly title: string,
    /** What happened and what to do next. */
    detail: string,
    /** The HTTP status; null if the server did not answer. */
    readonly status: number | null,
    /** The log of the server has this ID. */
    readonly requestId: string | null = null,
    /** The invalid fields, where the API names them. */
    readonly errors: NonNullable<ProblemAnswer['errors']> = [],
    options: ErrorOptions = {},
  ) {
    super(detail, options);
  }

  /** Whether it is this problem type, without its prefix: `is('out-of-bounds')`. */
  is(type: string): boolean {
    return this.type === `urn:escapement:problem:${type}`;
  }
}

export function serverDoesNotAnswer(server: string, cause: unknown): EscapementError {
  const why = cause instanceof Error ? ((cause.cause as Error | undefined)?.message ?? cause.message) : String(cause);
  const detail = `${server} does not answer (${why}). Check the address, and that Escapement is running.`;
  return new EscapementError('about:blank', 'The API does not answer', detail, null, null, [], { cause });
}

export async function errorIn(response: Response, server: string): Promise<EscapementError> {
  const { status } = response;
  const body = (await response.json().catch(() => ({}))) as Partial<ProblemAnswer>;
  const title = body.title ?? `The server answered ${status}`;
  const detail = body.detail ?? `The answer of ${server} is not one of Escapement (HTTP ${status}). Check the address.`;
  return new EscapementError(body.type ?? 'about:blank', title, detail, status, body.requestId ?? null, body.errors);
}
