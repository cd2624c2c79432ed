/** What the API tells of autoscalers and runs that fail, wait, or are named by nobody. */
import { randomUUID } from 'node:crypto';
import { afterAll, describe, expect, it } from '@jest/globals';
import { pino } from 'pino';
import type { AutoscaleAnswer } from '../../src/api/autoscale/answers.js';
import type { ResourceAnswer, RunsAnswer } from '../../src/api/scale/answers.js';
import { AutoscalerCheck } from '../../src/api/autoscale/check.js';
import { AutoscaleClient } from '../../src/client/autoscale/client.js';
import { AutoscaleReader } from '../../src/client/autoscale/reader.js';
import { byAlias } from '../../src/config/config.js';
import { autoscaleSettingsSchema } from '../../src/domain/autoscale/settings.js';
import { autoscaleWorkflowId } from '../../workflows/autoscale/messages.js';
import { configured } from '../support/configured.js';
import { eventually } from '../support/eventually.js';
import { devServerEnvironment } from '../support/temporal.js';
import { type TestResource, Workbench } from '../workflows/workbench.js';
import { openApi } from './test-api.js';

const environment = await devServerEnvironment();
const autoscales = new AutoscaleClient(environment.client);
const benches: Workbench[] = [];

afterAll(async () => {
  await Promise.all(benches.map((bench) => bench.close()));
  await environment.teardown();
});

function openBench(): Workbench {
  const bench = new Workbench(environment);
  benches.push(bench);
  return bench;
}

const apiOf = async (...resources: TestResource[]) => {
  const api = await openApi(environment.client, resources);
  return {
    ...api,
    evaluation: async ({ resource }: TestResource) =>
      (await api.call('GET', `/v1/resources/${resource}/evaluation`)).body as AutoscaleAnswer,
    status: async ({ resource }: TestResource) =>
      (await api.call('GET', `/v1/resources/${resource}`)).body as ResourceAnswer,
  };
};

const hourly = autoscaleSettingsSchema.parse({ intervalMs: 3_600_000, policies: [{ type: 'fixed', capacity: 2 }] });

it('a requested evaluation is shown immediately, independently of the heartbeat interval', async () => {
  const bench = openBench();
  const resource = await bench.resource();
  await autoscales.configure(configured(resource, hourly));
  await bench.startWorker({ heartbeatThrottleMs: 3_600_000 });
  const api = await apiOf(resource);
  const shownAt = async () => Date.parse((await api.evaluation(resource)).evaluation?.at ?? '');
  for (let round = 0; round < 3; round += 1) {
    const askedAtMs = Date.now();
    await api.call('POST', `/v1/resources/${resource.resource}/evaluate`);
    await eventually('it is shown', async () => (await shownAt()) >= askedAtMs);
  }
});

it('an evaluation that led to a request is shown while the request is being sent', async () => {
  const bench = openBench();
  const resource = await bench.resource();
  const five = autoscaleSettingsSchema.parse({ ...hourly, policies: [{ type: 'fixed', capacity: 5 }] });
  await autoscales.configure(configured(resource, five));
  const stop = await bench.startWorker();
  await eventually('it has begun', () => resource.capacity() > 2);
  await stop();
  const api = await apiOf(resource);
  expect((await api.evaluation(resource)).evaluation).toMatchObject({ target: 5 });
});

describe('an autoscaler that no live configuration names', () => {
  it('is reported, can be read and paused although the API does not know its resource, and continues when a configuration names it again', async () => {
    const bench = openBench();
    const resource = await bench.resource();
    let isNamed = true;
    const stop = await bench.startWorker({ isConfigured: () => isNamed });
    await autoscales.configure(configured(resource, hourly));
    const api = await apiOf();
    await eventually('it is watched', async () => (await api.evaluation(resource)).evaluation);
    expect((await api.evaluation(resource)).notice).toBeNull();
    await stop();
    isNamed = false;
    await bench.startWorker({ isConfigured: () => isNamed });
    const { notice, lastError } = await eventually('it says so', async () => {
      const answer = await api.evaluation(resource);
      return answer.notice !== null && answer;
    });
    expect(notice).toContain(
      `No live configuration names the autoscaler: no worker of the task queue "${resource.taskQueue}"`,
    );
    expect(notice).toContain('escapement apply --prune');
    expect(lastError).toContain('does not autoscale');
    expect(await api.call('GET', `/v1/resources/${resource.resource}`)).toMatchObject({
      status: 404,
      body: { detail: expect.stringContaining('Its autoscaler keeps running') },
    });
    const pause = `/v1/resources/${resource.resource}/pause`;
    expect(await api.call('PUT', pause, { body: {} })).toMatchObject({ status: 200 });
    await eventually('it is paused', async () => (await api.evaluation(resource)).pause);

    isNamed = true;
    await eventually('it is watched', async () => {
      const answer = await api.evaluation(resource);
      return answer.notice === null && answer.evaluation?.limitedBy !== undefined;
    });
  });

  it('is unknown without an autoscaler', async () => {
    const api = await apiOf();
    for (const path of ['', '/evaluation', '/pause']) {
      const answer = await api.call(path === '/pause' ? 'DELETE' : 'GET', `/v1/resources/nobody${path}`);
      expect(answer).toMatchObject({ status: 404, body: { type: 'urn:escapement:problem:unknown-resource' } });
    }
  });
});

describe('an autoscaler that is configured and not running', () => {
  const config = (resource: TestResource) => ({
    resources: byAlias([
      {
        alias: resource.resource,
        platform: { type: 'omnistrate', settings: {} },
        settings: resource.settings,
        taskQueue: resource.taskQueue,
        autoscale: { settings: hourly, signals: {} },
      },
    ]),
  });

  it('is not reported as "not autoscaled": the status contains the reason and the fix', async () => {
    const bench = openBench();
    const resource = await bench.resource();
    const api = await openApi(environment.client, [], { config: config(resource) });
    const path = (rest: string) => `/v1/resources/${resource.resource}/${rest}`;
    const answersEverywhere = async (words: string) => {
      const notice = expect.stringContaining(words);
      expect(await api.call('GET', path('evaluation'))).toMatchObject({
        status: 200,
        body: { evaluation: null, notice },
      });
      expect(await api.call('GET', path('decisions'))).toMatchObject({ status: 200, body: { decisions: [] } });
      expect(await api.call('PUT', path('pause'), { body: {} })).toMatchObject({
        status: 409,
        body: { type: 'urn:escapement:problem:autoscaler-not-running', detail: notice },
      });
    };
    await answersEverywhere('has not been started. A worker with this configuration starts it');

    await autoscales.configure(configured(resource, hourly));
    await environment.client.workflow.getHandle(autoscaleWorkflowId(resource.resource)).terminate();
    await answersEverywhere('has ended in Temporal (TERMINATED at ');
  });

  it('is detected once by the check behind /readyz, and is reported when it runs again', async () => {
    const bench = openBench();
    const resource = await bench.resource();
    const logged: object[] = [];
    const log = pino({ level: 'info' }, { write: (line) => void logged.push(JSON.parse(line) as object) });
    const check = new AutoscalerCheck();
    const context = {
      config: config(resource),
      autoscaleReader: new AutoscaleReader(environment.client),
      log,
      stopping: AbortSignal.abort(),
    };
    for (let round = 0; round < 2; round += 1) await check.round(context);
    expect(check.noticeOf(resource.resource)).toContain('has not been started');
    await autoscales.configure(configured(resource, hourly));
    await check.round(context);
    expect(check.noticeOf(resource.resource)).toBeNull();
    expect(logged).toMatchObject([
      { msg: 'No worker autoscales this resource', resource: resource.resource },
      { msg: 'This resource is autoscaled again', resource: resource.resource },
    ]);
  });
});

describe('a scale run', () => {
  it('whose activity fails permanently shows its error', async () => {
    const bench = openBench();
    const resource = await bench.resource();
    await bench.startWorker({ isConfigured: () => false });
    const api = await apiOf(resource);
    await api.scale(resource.resource, { targetCapacity: 5 });
    const { lastError, phase } = await eventually('it tells', async () => {
      const status = await api.status(resource);
      return status.lastError !== null && status;
    });
    expect(lastError).toBe(`${resource.resource} is not in the configuration of this worker`);
    expect(phase).toBe('observing');
  });

  it('for a number of units shows its target as soon as the target is known, also in the list', async () => {
    const bench = openBench();
    const resource = await bench.resource({ settings: { cooldownMs: { up: 60_000, down: 60_000 } } });
    await bench.startWorker();
    const api = await apiOf(resource);
    await api.scale(resource.resource, { add: 3 });
    await resource.until(({ phase }) => phase === 'coolingDown');
    const { runs } = await eventually('it is listed', async () => {
      const answer = (await api.call('GET', `/v1/resources/${resource.resource}/runs`)).body as RunsAnswer;
      return answer.runs[0]?.targetCapacity !== null && answer;
    });
    expect(runs).toMatchObject([{ targetCapacity: 5 }]);
  });

  it('on another task queue than its resource reports the task queue and the fix', async () => {
    const bench = openBench();
    const resource = await bench.resource();
    await bench.scales.request(resource, { targetCapacity: 5 });
    const moved = { ...resource, taskQueue: `elsewhere-${randomUUID()}` };
    const api = await apiOf(moved);
    const answer = await api.scale(resource.resource, { targetCapacity: 6 });
    const words = expect.stringMatching(
      `task queue "${moved.taskQueue}", is running .*: it moves the run there from the task queue "${resource.taskQueue}"`,
    );
    expect(answer).toMatchObject({ status: 202, body: { outcome: 'accepted', notice: words } });
    expect(await api.status(resource)).toMatchObject({ phase: 'unattended', notice: words });
  });
});
