/** An autoscaled resource, which is evaluated only on request, behind an API. */
import { AutoscaleClient } from '../../src/client/autoscale/client.js';
import { byAlias } from '../../src/config/config.js';
import { autoscaleSettingsSchema } from '../../src/domain/autoscale/settings.js';
import { configured } from '../support/configured.js';
import { createSource } from '../support/create-source.js';
import type { TestResource, Workbench } from '../workflows/workbench.js';
import { openApi, type TestApi } from './test-api.js';

interface Watched {
  readonly resource: TestResource;
  /** An API for one test. */
  readonly open: () => Promise<TestApi>;
  /** Below the path of the resource. */
  readonly path: (rest: string) => string;
}

/** @param taskQueue absent: the one of the worker. */
export async function openWatched(bench: Workbench, taskQueue?: string): Promise<Watched> {
  const limits = { min: 1, max: 9, step: { up: null, down: null }, cooldownMs: { up: 0, down: 0 } };
  const made = await bench.resource({ capacity: 3, settings: limits });
  const resource = { ...made, taskQueue: taskQueue ?? made.taskQueue };
  const load = createSource('constant', { value: 30 }, { signal: 'load', timeoutMs: 1000 });
  bench.sources.set(resource.resource, { load });
  const settings = autoscaleSettingsSchema.parse({
    // So long that whatever happens within a test happens because it was asked for.
    intervalMs: 600_000,
    signals: ['load'],
    policies: [{ type: 'perUnit', value: 'load', target: 10 }],
  });
  const { client } = bench.server;
  await new AutoscaleClient(client).configure(configured(resource, settings));
  const config = {
    alias: resource.resource,
    platform: { type: 'omnistrate', settings: {} },
    settings: resource.settings,
    taskQueue: resource.taskQueue,
    autoscale: { settings, signals: { load: { type: 'constant', settings: {} } } },
    writtenPolicy: { text: 'policies: []\n', hidden: [], place: null, placeholders: {} },
  };
  const open = () => openApi(client, [], { config: { resources: byAlias([config]) } });
  return { resource, open, path: (rest) => `/v1/resources/${resource.resource}/${rest}` };
}
