/** A policy on what a watch has recorded, without a worker: the recording is in Temporal. */
import { afterAll, describe, expect, it } from '@jest/globals';
import type { BacktestAnswer } from '../../src/api/backtest/answers.js';
import { evaluate } from '../../src/domain/autoscale/evaluate.js';
import { withLook } from '../../src/domain/autoscale/look-ring.js';
import { type AutoscaleSettings, autoscaleSettingsSchema } from '../../src/domain/autoscale/settings.js';
import { compileAutoscale } from '../../src/domain/autoscale/spec.js';
import type { WatchResult } from '../../src/domain/autoscale/watch.js';
import { autoscaleWorkflowId } from '../../workflows/autoscale/messages.js';
import { devServerEnvironment } from '../support/temporal.js';
import { fleetConfig } from './fleet-config.js';
import { settings as limits } from './settings.js';
import { openApi } from './test-api.js';

const environment = await devServerEnvironment();
afterAll(() => environment.teardown());

const minuteMs = 60_000;
const taskQueue = 'backtest';
const bounds = { ...limits, min: 1, step: { up: null, down: null } };
const settings = autoscaleSettingsSchema.parse({
  signals: ['depth'],
  policies: [{ type: 'perUnit', value: 'depth', target: 10 }],
  sampling: { depth: { rate: true } },
});

/** An hour of 20 a minute, in the middle of which there are 10 minutes of 80, and one minute without a value. */
function recorded(of: AutoscaleSettings): WatchResult {
  const spec = compileAutoscale(of, bounds);
  const beganMs = Math.floor(Date.now() / minuteMs) * minuteMs - 60 * minuteMs;
  const quiet = { capacity: 2, status: 'ACTIVE', pause: null, override: null, run: null, lastChange: null } as const;
  let result: WatchResult | undefined;
  for (let minute = 0; minute < 60; minute += 1) {
    const nowMs = beganMs + minute * minuteMs;
    const value = minute >= 30 && minute < 40 ? 80 : 20;
    const evaluated = evaluate(spec, { ...quiet, nowMs, readings: {}, refusal: null, state: result?.state ?? null });
    const sample = {
      signal: 'depth',
      value,
      ageMs: 0,
      failure: minute === 50 ? { message: 'lost', sinceMs: nowMs } : null,
    };
    const ring = withLook(result?.ring, { ...evaluated.evaluation, samples: [sample] }, minuteMs);
    result = { ...evaluated, ring };
  }
  return result!;
}

async function apiOf(resource: string, watched?: WatchResult) {
  const target = { resource, settings: bounds, taskQueue };
  await environment.client.workflow.start('autoscale', {
    workflowId: autoscaleWorkflowId(resource),
    taskQueue,
    args: [{ resource, limits: bounds, settings, ...(watched && { carried: { watched } }) }],
  });
  const plain = { resource: `${resource}-plain`, settings: bounds, taskQueue };
  const api = await openApi(environment.client, [], { config: fleetConfig([target, settings], [plain]) });
  const backtest = (autoscale: unknown, of = resource) =>
    api.call('POST', `/v1/resources/${of}/backtest`, { body: { autoscale } });
  return { backtest };
}

describe('POST /v1/resources/{resource}/backtest', () => {
  it('tries a policy on the recorded signals, beside the one in force', async () => {
    const { backtest } = await apiOf('tried', recorded(settings));
    const answer = await backtest('policies:\n  - type: perUnit\n    value: depth\n    target: 20\n');
    expect(answer.status).toBe(200);
    const { inForce, tried, from, to, intervalSeconds, signals } = answer.body as BacktestAnswer;
    const atMinute = (minute: number) => Date.parse(from) / 1000 + minute * 60;
    expect(signals['depth']).toEqual([
      [atMinute(0), 20],
      [atMinute(30), 80],
      [atMinute(40), 20],
      [atMinute(50), null],
      [atMinute(51), 20],
    ]);
    expect(Date.parse(to) - Date.parse(from)).toBe(60 * minuteMs);
    expect(intervalSeconds).toBe(15);
    expect(inForce.figures).toMatchObject({ maxCapacity: 8, changes: 2, scaleUps: 1, scaleDowns: 1 });
    expect(tried.figures).toMatchObject({ maxCapacity: 4, minCapacity: 1 });
    expect(tried.figures.unitHours).toBeLessThan(inForce.figures.unitHours);
    const peak = tried.decisions.find(({ target }) => target === 4)!;
    expect(Date.parse(peak.at) - Date.parse(from)).toBe(30 * minuteMs);
    expect(peak.reason).toContain('80');
    const [[firstAt] = []] = tried.capacity;
    expect(firstAt).toBe(Date.parse(from) / 1000);
  });

  it('takes JSON as well, and signals that are not recorded have no data', async () => {
    const { backtest } = await apiOf('as-json', recorded(settings));
    const policies = [{ type: 'perUnit', value: 'other', target: 1 }];
    const signals = { other: { type: 'constant', value: 5 } };
    const answer = await backtest({ signals, policies });
    expect(answer).toMatchObject({ status: 200, body: { tried: { figures: { changes: 0 } } } });
  });

  it.each([
    ['a field that does not exist', 'policys: []', '#/autoscale/policys'],
    ['an unknown signal', 'policies: [{ type: perUnit, value: dept, target: 20 }]', '#/autoscale/policies/0/value'],
    ['text that is not YAML', 'policies: [', '#/autoscale'],
  ])('refuses %s, and points to it', async (what, autoscale, pointer) => {
    const { backtest } = await apiOf(`refuses-${what.replaceAll(' ', '-')}`, recorded(settings));
    const { status, body } = await backtest(autoscale);
    expect(status).toBe(400);
    const { errors } = body as { errors: { pointer: string }[] };
    expect(errors[0]!.pointer).toContain(pointer.slice(0, '#/autoscale'.length));
    expect(JSON.stringify(errors)).toContain(pointer.split('/').at(-1));
  });

  it('says so where nothing is recorded, or the resource is not autoscaled', async () => {
    const { backtest } = await apiOf('unrecorded');
    expect(await backtest('policies: [{ type: fixed, capacity: 2 }]')).toMatchObject({
      status: 409,
      body: { type: 'urn:escapement:problem:nothing-recorded' },
    });
    expect(await backtest('policies: []', 'unrecorded-plain')).toMatchObject({
      status: 404,
      body: { type: 'urn:escapement:problem:not-autoscaled' },
    });
  });
});
