/** The API on its own port for one test. Every response is validated against the OpenAPI document. */
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Client } from '@temporalio/client';
import { pino } from 'pino';
import type { ResourceAnswer } from '../../src/api/scale/answers.js';
import type { ApiDependencies } from '../../src/api/dependencies.js';
import { createApi } from '../../src/api/server.js';
import type { ScalableResource } from '../../src/client/scale/client.js';
import { byAlias } from '../../src/config/config.js';
import { poll } from '../workflows/workbench.js';
import { afterwards } from './afterwards.js';
import { complaintAbout } from './contract.js';

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: unknown;
}

interface CallOptions {
  /** Sent as JSON; a string is sent as it is. */
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal;
}

export interface TestApi {
  readonly url: string;
  readonly server: Server;
  /** What was logged, one object a line. */
  readonly logged: Record<string, unknown>[];
  call(method: string, path: string, options?: CallOptions): Promise<Answer>;
  /** POSTs a request for a resource. */
  scale(resource: string, requested: unknown, headers?: CallOptions['headers']): Promise<Answer>;
  /** Looks at a resource until it is in this phase. */
  untilPhase(resource: string, phase: ResourceAnswer['phase']): Promise<ResourceAnswer>;
  /** Tells those who wait that the process is about to end. */
  stop(): void;
}

export async function openApi(
  client: Client,
  resources: readonly ScalableResource[],
  dependencies: Partial<ApiDependencies> = {},
): Promise<TestApi> {
  const logged: TestApi['logged'] = [];
  const stopping = new AbortController();
  const log = pino(
    { level: 'debug' },
    { write: (line) => void logged.push(JSON.parse(line) as (typeof logged)[number]) },
  );
  const app = createApi({ client, log, config: configOf(resources), stopping: stopping.signal, ...dependencies });
  const server = createServer(app).listen(0, '127.0.0.1');
  await once(server, 'listening');
  afterwards(async () => {
    server.closeAllConnections();
    server.close();
    await once(server, 'close');
  });
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

  const call: TestApi['call'] = async (method, path, { body, headers = {}, signal } = {}) => {
    const isText = typeof body === 'string';
    const response = await fetch(url + path, {
      method,
      headers: { ...(body === undefined ? {} : { 'content-type': 'application/json' }), ...headers },
      ...(body === undefined ? {} : { body: isText ? body : JSON.stringify(body) }),
      ...(signal && { signal }),
    });
    const text = await response.text();
    const isJson = response.headers.get('content-type')?.includes('json') ?? false;
    const answer: Answer = {
      status: response.status,
      headers: response.headers,
      body: isJson ? JSON.parse(text) : text,
    };
    const complaint = isJson || response.status === 304 ? complaintAbout(method, path, answer) : undefined;
    if (complaint !== undefined) throw new Error(`${method} ${path} ${response.status} ${complaint}: ${text}`);
    return answer;
  };

  return {
    url,
    server,
    logged,
    call,
    scale: (resource, requested, headers = {}) =>
      call('POST', `/v1/resources/${resource}/scale`, { body: requested, headers }),
    untilPhase: (resource, phase) =>
      poll(
        async () => (await call('GET', `/v1/resources/${resource}`)).body as ResourceAnswer,
        (seen) => seen.phase === phase,
      ),
    stop: () => stopping.abort(),
  };
}

function configOf(resources: readonly ScalableResource[]): ApiDependencies['config'] {
  return {
    resources: byAlias(
      resources.map(({ resource, settings, taskQueue }) => ({
        alias: resource,
        platform: { type: 'omnistrate', settings: {} },
        settings,
        taskQueue,
      })),
    ),
  };
}
