/** The API over HTTP, as a script calls it. */
import { z } from 'zod';
import { readinessSchema } from '../../src/api/health/answers.js';
import { resourcesSchema } from '../../src/api/fleet/answers.js';
import { resourceSchema } from '../../src/api/scale/answers.js';
import { eventually } from '../support/eventually.js';

export type Resource = z.output<typeof resourceSchema>;

export interface Answer {
  readonly status: number;
  readonly body: unknown;
}

export class ApiClient {
  constructor(readonly url: string) {}

  scale(resource: string, body: object, headers: Record<string, string> = {}, signal?: AbortSignal): Promise<Answer> {
    return this.call(`/v1/resources/${resource}/scale`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json', ...headers },
      body: JSON.stringify(body),
      signal: signal ?? null,
    });
  }

  async resource(alias: string): Promise<Resource> {
    const { status, body } = await this.call(`/v1/resources/${alias}`);
    if (status !== 200) throw new Error(`GET /v1/resources/${alias}: ${status} ${JSON.stringify(body)}`);
    return resourceSchema.parse(body);
  }

  /** Polls until it is so. What cannot be read now is read again. */
  async until(alias: string, what: string, wanted: (resource: Resource) => boolean): Promise<Resource> {
    let last: unknown;
    return eventually(
      `${alias}: ${what}`,
      async () => {
        const resource = await this.resource(alias).catch((error: unknown) => void (last = error));
        return resource && wanted(resource) ? resource : undefined;
      },
      120_000,
    ).catch((error: unknown) => {
      throw new Error(String(error), { cause: last });
    });
  }

  async resources(): Promise<Resource[]> {
    const { status, body } = await this.call('/v1/resources');
    if (status !== 200) throw new Error(`GET /v1/resources: ${status} ${JSON.stringify(body)}`);
    return resourcesSchema.parse(body).resources;
  }

  async readiness() {
    return readinessSchema.parse((await this.call('/readyz')).body);
  }

  async call(path: string, init: RequestInit = {}): Promise<Answer> {
    const response = await fetch(this.url + path, init);
    return { status: response.status, body: await response.json() };
  }
}
