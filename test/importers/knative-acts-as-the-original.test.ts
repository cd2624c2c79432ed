/** An imported service decides as the autoscaler of Knative does: import, the real loader, and the evaluation of production. */
import { compileAutoscale } from '../../src/domain/autoscale/spec.js';
import type { AutoscaleSpec } from '../../src/domain/autoscale/spec.js';
import type { AutoscaleState } from '../../src/domain/autoscale/state.js';
import { seconds, start, WatchedResource } from '../domain/autoscale/watched-resource.js';
import { importedAs } from './importing.js';
import { type KpaDecision, kpaDecisions } from './knative-decisions.js';
import { configAutoscaler, serviceOf } from './knative-services.js';
import { kpaTargets, kpaWindows, kpaZeros } from './knative-windows.js';

const unreachable = 'an object that is scaled may get requests: no revision is unreachable';
const existing = 'a mean is the mean of the samples that exist';
const noDecision = 'without a newest sample there is no decision, and the capacity stays';
const weighted = 'the weighted aggregation is not carried over';
const grace = 'there is no activator, and so no grace period in which requests move to it';

/** Where we differ on purpose, with what we do. The report or docs/coming-from.md names each. */
const differences: Readonly<Record<string, readonly [ours: unknown, why: string]>> = {
  'down rate unreachable': [[8], unreachable],
  'win gap is zero': [1500, existing],
  'win late write': [1500, existing],
  'win stale': [5000, noDecision],
  'win stale partial': [5000, noDecision],
  'wexp 60': [750, weighted],
  'wexp silence': [5000, noDecision],
  'zero active old': [0, grace],
  'zero retention short': [0, grace],
  'zero retention unreachable': [1, unreachable],
};

describe('a decision', () => {
  it.each(kpaDecisions.map((decision) => [decision.name, decision] as const))('%s', async (name, decision) => {
    const expected = decision.looks.map((look) => (look.length === 4 ? look[2] : lastStep(look[4])));
    expect(await decisionsOf(decision)).toEqual(differences[name]?.[0] ?? expected);
  });
});

describe('the mean of a window', () => {
  it.each(kpaWindows.map((window) => [window.name, window] as const))('%s', async (name, window) => {
    const annotations = {
      window: `${window.seconds}s`,
      target: '0.01',
      'target-utilization-percentage': '100',
      'max-scale': '100000',
      ...(window.isWeighted && { 'metric-aggregation-algorithm': 'weighted-exponential' }),
    };
    // So many units that no mean begins a burst.
    const resource = await resourceOf(annotations, {}, 5000);
    let needed = 0;
    const times = [...window.samples.map(([at]) => at), window.readAt];
    for (const at of [...new Set(times)].sort((one, other) => one - other)) {
      // Values of one second are from several sources, which a query adds.
      const values = window.samples.filter((sample) => sample[0] === at).map(([, value]) => value);
      const concurrency = values.length === 0 ? undefined : values.reduce((sum, value) => sum + value, 0);
      needed = lookAt(resource, at, concurrency).recommended;
    }
    expect(needed).toBe(differences[name]?.[0] ?? Math.ceil(Math.round(window.mean * 1e8) / 1e6));
  });
});

describe('the target', () => {
  it.each(kpaTargets.map((written) => [written.name, written] as const))(
    '%s',
    async (_, { annotations, containerConcurrency, target }) => {
      const { configuration } = await importedAs('knative', serviceOf({ annotations, spec: { containerConcurrency } }));
      expect(configuration.resources['web']).toMatchObject({ autoscale: { policies: [{ target }] } });
    },
  );
});

describe('the last step to zero', () => {
  it.each(kpaZeros.map((zero) => [zero.name, zero] as const))('%s', async (name, zero) => {
    const annotations = {
      'min-scale': String(zero.min),
      'scale-to-zero-pod-retention-period': `${zero.retention}s`,
      ...(zero.initial > 1 && { 'initial-scale': String(zero.initial) }),
      'target-burst-capacity': String(zero.burstCapacity),
    };
    const resource = await resourceOf(annotations, { 'enable-scale-to-zero': String(zero.isEnabled) });
    // The last request, after which the mean of the stable window is 0 for the first time 60 s later.
    lookAt(resource, 0, 1);
    const quietSeconds = zero.state === 'active' ? zero.seconds : 60 + zero.seconds;
    for (let at = 2; at < quietSeconds; at += 2) lookAt(resource, at, 0);
    expect(lookAt(resource, quietSeconds, 0).target).toBe(differences[name]?.[0] ?? zero.units);
  });
});

it('every difference is one of a case that exists', () => {
  const names = [...kpaDecisions, ...kpaWindows, ...kpaZeros].map(({ name }) => name);
  for (const name of Object.keys(differences)) expect(names).toContain(name);
});

async function resourceOf(
  annotations: Readonly<Record<string, string>>,
  data: Readonly<Record<string, string>> = {},
  capacity = 1,
) {
  const { config } = await importedAs('knative', serviceOf({ annotations }), configAutoscaler(data));
  const { autoscale, settings } = config.resources['web']!;
  return new WatchedResource(compileAutoscale(autoscale!.settings, settings), capacity);
}

function lookAt(resource: WatchedResource, at: number, concurrency: number | undefined, ready?: number) {
  return resource.look({
    atMs: at * seconds,
    readings:
      concurrency === undefined
        ? { concurrency: { failure: 'noData' } }
        : { concurrency: { value: concurrency, atMs: start + at * seconds } },
    ...(ready !== undefined && { ready }),
  });
}

async function decisionsOf(decision: KpaDecision): Promise<readonly number[]> {
  const {
    target = 10,
    up = 10,
    down = 10,
    threshold = 2,
    window = 60,
    delay = 0,
    activation,
    burstCapacity,
  } = decision;
  const annotations = {
    target: String(target),
    'target-utilization-percentage': '100',
    window: `${window}s`,
    'scale-down-delay': `${delay}s`,
    ...(activation !== undefined && { 'activation-scale': String(activation) }),
    ...(burstCapacity !== undefined && { 'target-burst-capacity': String(burstCapacity) }),
  };
  const data = {
    'max-scale-up-rate': String(up),
    'max-scale-down-rate': String(down),
    'panic-threshold-percentage': String(threshold * 100),
  };
  const resource = await resourceOf(annotations, data);
  const lift = (load: number) => (activation !== undefined && load > 0 ? Math.max(load, activation * target) : load);
  return decision.looks.map((look) => {
    // Without data there is no decision, and the units stay.
    const [at, stable, panic, ready] = look.length === 4 ? [look[0], 0, undefined, look[2]] : look;
    resource.capacity = ready;
    if (panic === undefined) return lookAt(resource, at, undefined, ready).target;
    resource.state = withMeans(resource, at, { stable: lift(stable), panic: lift(panic), window });
    return lookAt(resource, at, panic, ready).target;
  });
}

/** With a desired number of 0, Knative keeps one unit for a while: see the last step to zero. */
function lastStep(expected: number): number {
  return Math.max(1, expected);
}

/**
 * The state of a resource whose samples so far, with a newest sample of `panic`, have these means. The older samples are
 * within the stable window and outside the panic window.
 */
function withMeans(
  resource: WatchedResource,
  at: number,
  means: { readonly stable: number; readonly panic: number; readonly window: number },
): AutoscaleState {
  const nowMs = start + at * seconds;
  const state = resource.state ?? freshState(resource.spec, resource.capacity, nowMs);
  const [name = ''] = Object.keys(state.policies);
  const memory = state.policies[name]!;
  const older = 999;
  const sum = means.stable * (older + 1) - means.panic;
  const olderMs = nowMs - (means.window * seconds) / 2;
  return { ...state, policies: { [name]: { ...memory, window: [[olderMs, sum, older]] } } };
}

function freshState(spec: AutoscaleSpec, capacity: number, nowMs: number): AutoscaleState {
  const resource = new WatchedResource(spec, capacity);
  resource.look({ atMs: nowMs - start, readings: { concurrency: { value: 0, atMs: nowMs } } });
  const { state } = resource;
  if (state === null) throw new Error('a look leaves a state');
  return {
    ...state,
    evaluatedAtMs: nowMs - 2 * seconds,
    recommendations: [{ atMs: nowMs, capacity }],
    scaleDowns: [],
    scaleUps: [],
  };
}
