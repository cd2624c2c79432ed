/** Autoscalers of a test: each over a queue of its own, looked at through the reader as the API looks. */
import type { Client } from '@temporalio/client';
import { AutoscaleClient } from '../../src/client/autoscale/client.js';
import { AutoscaleReader, type AutoscaleView } from '../../src/client/autoscale/reader.js';
import { type AutoscaleSettings, autoscaleSettingsSchema } from '../../src/domain/autoscale/settings.js';
import type { ScaleSettings } from '../../src/domain/scale/settings.js';
import { createSource } from '../support/create-source.js';
import { configured } from '../support/configured.js';
import { startQueue } from '../support/queue-server.js';
import { type TestResource, type Workbench, poll } from './workbench.js';

interface AutoscaledOptions {
  readonly depth?: number;
  readonly settings?: object;
  readonly limits?: Partial<ScaleSettings>;
  readonly startTimeMs?: number;
  readonly source?: object;
}

export class AutoscaleBench {
  readonly autoscales: AutoscaleClient;
  readonly reader: AutoscaleReader;
  readonly #closing: (() => Promise<void>)[] = [];

  constructor(client: Client) {
    this.autoscales = new AutoscaleClient(client);
    this.reader = new AutoscaleReader(client);
  }

  async autoscaled(
    workbench: Workbench,
    { depth = 0, settings = {}, limits = {}, startTimeMs = 0, source: more = {} }: AutoscaledOptions = {},
  ) {
    const queue = await startQueue(depth);
    this.#closing.push(queue.close);
    const resource = await workbench.resource({
      settings: { min: 1, max: 10, step: { up: null, down: null }, cooldownMs: { up: 0, down: 0 }, ...limits },
      simulation: { startTimeMs },
    });
    const described = { url: queue.url, path: 'depth', ...more };
    const source = createSource('http-json', described, { signal: 'depth', timeoutMs: 1000 });
    workbench.sources.set(resource.resource, { depth: source });
    this.#closing.push(async () => source.close?.());
    const configure = async (change: object = {}) => {
      const parsed: AutoscaleSettings = autoscaleSettingsSchema.parse({
        intervalMs: 500,
        signals: ['depth'],
        policies: [{ type: 'perUnit', value: 'depth', target: 10 }],
        ...settings,
        ...change,
      });
      await this.autoscales.configure(configured(resource, parsed));
    };
    await configure();
    return { queue, resource, configure };
  }

  view({ resource }: TestResource): Promise<AutoscaleView | undefined> {
    return this.reader.view(resource);
  }

  async evaluatedAnew(resource: TestResource): Promise<AutoscaleView | undefined> {
    const before = (await this.view(resource))?.progress?.evaluation?.atMs ?? 0;
    return poll(
      () => this.view(resource),
      (seen) => (seen?.progress?.evaluation?.atMs ?? 0) > before,
    );
  }

  async close(): Promise<void> {
    await Promise.all(this.#closing.map((close) => close()));
  }
}
