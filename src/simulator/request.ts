/** Validates requests for every route: returns the parsed request, or throws an error that says what is invalid. */
import { z } from 'zod';
import type { SimulatedResource } from './resource.js';

export class RequestError extends Error {
  constructor(
    readonly status: number,
    message: string,
  ) {
    super(message);
  }
}

/** @throws RequestError 400 */
export function parseBody<Schema extends z.ZodType>(schema: Schema, body: unknown): z.output<Schema> {
  const parsed = schema.safeParse(parseJson(body));
  if (!parsed.success) throw new RequestError(400, z.prettifyError(parsed.error));
  return parsed.data;
}

/** @throws RequestError 404 */
export function findResource(resources: ReadonlyMap<string, SimulatedResource>, alias: string): SimulatedResource {
  const resource = resources.get(alias);
  if (resource === undefined) {
    throw new RequestError(404, `resource "${alias}" does not exist; resources: ${[...resources.keys()].join(', ')}`);
  }
  return resource;
}

function parseJson(body: unknown): unknown {
  if (typeof body !== 'string' || body === '') throw new RequestError(400, 'the body is empty; send JSON');
  try {
    return JSON.parse(body);
  } catch {
    throw new RequestError(400, 'the body is not valid JSON');
  }
}
