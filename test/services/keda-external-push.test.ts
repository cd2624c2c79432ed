/** An external scaler in Python that pushes, and a watch with an interval of an hour. */
import { mkdtemp, rename, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { pino } from 'pino';
import { stringify } from 'yaml';
import { kedaScalerService } from '../../scripts/services/keda-scaler.js';
import type { Source } from '../../src/adapters/sources/source.js';
import { AutoscaleClient } from '../../src/client/autoscale/client.js';
import { AutoscaleReader } from '../../src/client/autoscale/reader.js';
import { fileConfig } from '../../src/config/file/file-config.js';
import { autoscaleSettingsSchema } from '../../src/domain/autoscale/settings.js';
import { createAdapters } from '../../src/worker/resource-adapters.js';
import { make, plantedSecret } from '../sources/conformance.js';
import { makeCertificates } from '../support/certificates.js';
import { configured } from '../support/configured.js';
import { eventually } from '../support/eventually.js';
import { devServerEnvironment } from '../support/temporal.js';
import { poll, Workbench } from '../workflows/workbench.js';

const certificates = await makeCertificates();
const scaler = await kedaScalerService(plantedSecret, certificates.files);
const folder = await mkdtemp(join(tmpdir(), 'escapement-scaler-'));
const file = join(folder, 'active');
/** Whole at once: the scaler may read at any moment. */
async function setActive(isActive: boolean): Promise<void> {
  await writeFile(`${file}.new`, String(isActive));
  await rename(`${file}.new`, file);
}

const never = (): AbortSignal => new AbortController().signal;
const settings = (metadata: object = { file }) => ({
  address: `127.0.0.1:${scaler.port}`,
  metadata: { password: plantedSecret, ...metadata },
  measure: 'active',
  push: true,
});
const pushing = (metadata?: object) => make({ type: 'keda-external' }, settings(metadata));

beforeAll(async () => {
  await setActive(false);
  await scaler.start();
});
afterAll(() => scaler.stop());

/** Subscribes, and counts the pushes. */
function counted(source: Source) {
  const seen = { pushes: 0 };
  const unsubscribe = source.onPush?.(() => (seen.pushes += 1));
  return { seen, unsubscribe: () => unsubscribe?.() };
}

describe('an external scaler that pushes', () => {
  it('is listened to only if push is set', async () => {
    expect(make({ type: 'keda-external' }, { ...settings(), push: false })).not.toHaveProperty('onPush');
    expect(pushing()).toHaveProperty('onPush');
  });

  it('pushes its state and each change, also those while it was away', async () => {
    const source = pushing();
    const { seen, unsubscribe } = counted(source);
    await eventually('it has pushed its state', () => seen.pushes === 1);
    await setActive(true);
    await eventually('it has pushed a change', () => seen.pushes === 2, 1_000);
    await scaler.stop();
    await setActive(false);
    await scaler.start();
    await eventually('it has pushed the change that nobody saw', () => seen.pushes === 3);
    await setActive(true);
    await eventually('it pushes as before', () => seen.pushes === 4, 1_000);
    unsubscribe();
    await setActive(false);
    expect(await source.sample(never())).toMatchObject({ value: 0 });
    expect(seen.pushes).toBe(4);
    await source.close?.();
  });

  it('is sampled as before if it cannot push, with a note that says why and no secret', async () => {
    const source = pushing({ active: 'true' });
    expect(await source.sample(never())).not.toHaveProperty('note');
    const { unsubscribe } = counted(source);
    const note = await poll(
      async () => (await source.sample(never())).note,
      (said) => said !== undefined,
    );
    expect(note).toContain('does not implement /externalscaler.ExternalScaler/StreamIsActive');
    expect((await source.sample(never())).value).toBe(1);
    unsubscribe();
    const refused = make({ type: 'keda-external' }, { ...settings(), metadata: { password: `${plantedSecret}2` } });
    const other = counted(refused);
    await expect(refused.sample(never())).rejects.toThrow('refuses access');
    other.unsubscribe();
    await source.close?.();
    await refused.close?.();
  });
});

it('the adapters of a worker listen to it, also after the configuration was read again', async () => {
  await setActive(false);
  const resources = async (max: number) => {
    const written = {
      version: 1,
      resources: {
        worker: {
          platform: { type: 'omnistrate', url: 'http://127.0.0.1:1' },
          ...{ min: 0, max },
          autoscale: {
            signals: { jobs: { type: 'keda-external', ...settings() } },
            policies: [{ type: 'perUnit', value: 'jobs', target: 1 }],
          },
        },
      },
    };
    return (await fileConfig(stringify(written), 'escapement.yaml', {})).resources;
  };
  const adapters = await createAdapters(await resources(1), {}, pino({ enabled: false }));
  const seen = { pushes: 0 };
  const unsubscribe = adapters.onPush('worker', () => (seen.pushes += 1));
  await eventually('it has pushed its state', () => seen.pushes === 1);
  await adapters.reload(await resources(2));
  // The new source does not know the state yet.
  await eventually('it has pushed its state again', () => seen.pushes === 2);
  await setActive(true);
  await eventually('it has pushed a change', () => seen.pushes === 3);
  unsubscribe();
  await adapters.close();
});

describe('a watch with an interval of an hour', () => {
  it('looks within a second of a push, also after the scaler was away', async () => {
    const environment = await devServerEnvironment();
    const bench = new Workbench(environment);
    await bench.startWorker();
    const reader = new AutoscaleReader(environment.client);
    await setActive(false);
    const limits = { min: 0, max: 10, cooldownMs: { up: 0, down: 0 }, step: { up: null, down: null } };
    const resource = await bench.resource({ capacity: 0, settings: limits, simulation: { startTimeMs: 0 } });
    const source = pushing();
    bench.sources.set(resource.resource, { jobs: source });
    const policies = [{ type: 'perUnit', value: 'jobs * 3', target: 1 }];
    const parsed = autoscaleSettingsSchema.parse({ intervalMs: 3_600_000, signals: ['jobs'], policies });
    await new AutoscaleClient(environment.client).configure(configured(resource, parsed));
    const evaluation = async () => (await reader.view(resource.resource))?.progress?.evaluation;
    await eventually('it has looked', async () => (await evaluation())?.samples[0]?.value === 0);
    try {
      // Looks are at least a second apart, and the first message of the stream has caused one. The last evaluation is
      // seen with the heartbeat after it, a second later at most.
      const isOld = async () => Date.now() - ((await evaluation())?.atMs ?? Infinity) > 3_000;
      await eventually('the last look is old', isOld);
      const pushedAtMs = Date.now();
      await setActive(true);
      await poll(resource.capacity, (capacity) => capacity === 3);
      const [decision] = (await reader.decisions(resource.resource, 1)) ?? [];
      const lookedAfterMs = (decision?.evaluation.atMs ?? Infinity) - pushedAtMs;

      expect(lookedAfterMs).toBeLessThan(1_000);

      await scaler.stop();
      await setActive(false);
      await scaler.start();
      await poll(resource.capacity, (capacity) => capacity === 0);
    } finally {
      await bench.close();
      await source.close?.();
      await environment.teardown();
    }
  });
});
