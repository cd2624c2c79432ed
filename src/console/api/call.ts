/** Requests to the API of this server. */
import { root } from '../router.js';
import type { ProblemAnswer } from './answers.js';
import { isTokenWanted, tokenHeaders } from './token.js';

/** What the API, or the way to it, refused: the words of the problem detail. */
export class ApiProblem extends Error {
  constructor(
    readonly title: string,
    readonly detail: string,
    readonly status: number | null,
    readonly requestId: string | null = null,
    /** The invalid fields, where the API names them. */
    readonly errors: NonNullable<ProblemAnswer['errors']> = [],
  ) {
    super(detail);
  }
}

export interface Call {
  readonly method?: 'GET' | 'POST' | 'PUT' | 'DELETE';
  readonly body?: object;
  readonly headers?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal;
  /** Default: nothing is kept. `default`: as the answer says. */
  readonly cache?: RequestCache;
}

/**
 * @param path of the API, for example `/v1/resources`; a proxy may have put a prefix before it.
 * @throws ApiProblem
 */
export async function call<Answer>(path: string, request: Call = {}): Promise<Answer> {
  const response = await open(path, request);
  // The types are those of the server that sent this page.
  return (await response.json()) as Answer;
}

/** @throws ApiProblem also when the response is an error. */
export async function open(
  path: string,
  { method = 'GET', body, headers = {}, signal, cache = 'no-store' }: Call = {},
): Promise<Response> {
  const init: RequestInit = {
    method,
    headers: { ...headers, ...tokenHeaders(), ...(body && { 'Content-Type': 'application/json' }) },
    ...(body && { body: JSON.stringify(body) }),
    ...(signal && { signal }),
    cache,
  };
  const response = await fetch(urlOf(path), init).catch((error: unknown) => {
    if (signal?.aborted) throw error;
    throw new ApiProblem(
      'The API does not answer',
      'The server did not answer. Check that Escapement is running.',
      null,
    );
  });
  if (response.ok) return response;
  if (response.status === 401) isTokenWanted.set(true);
  throw await problemIn(response);
}

function urlOf(path: string): URL {
  return new URL(path.replace(/^\//, ''), root);
}

async function problemIn(response: Response): Promise<ApiProblem> {
  const { status } = response;
  const body = (await response.json().catch(() => ({}))) as Partial<ProblemAnswer>;
  const title = body.title ?? `The server answered ${status}`;
  return new ApiProblem(
    title,
    body.detail ?? 'The answer is not one of Escapement.',
    status,
    body.requestId,
    body.errors,
  );
}

export function asProblem(error: unknown): ApiProblem {
  if (error instanceof ApiProblem) return error;
  return new ApiProblem('The console failed', error instanceof Error ? error.message : String(error), null);
}
