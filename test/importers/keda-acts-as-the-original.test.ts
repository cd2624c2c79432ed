/** An imported ScaledObject decides as KEDA and its HPA do: import, the real loader, and the evaluation of production. */
import type { Reading } from '../../src/domain/autoscale/evaluation.js';
import { compileAutoscale } from '../../src/domain/autoscale/spec.js';
import { capacityAfter, seconds, start, WatchedResource } from '../domain/autoscale/watched-resource.js';
import { importedAs, promql, refusal, scaledObjectOf } from './importing.js';
import { fallbacks, formulas, steps, type Fallback, type Formula, type Step } from './keda-decisions.js';

const tolerance = 'no tolerance of the HPA delays a fallback';

/** Where we differ on purpose, with the number that we set. The report or docs/coming-from.md names each. */
const differences: Readonly<Record<string, readonly [number: number, why: string]>> = {
  'one more than there are: within the tolerance of the HPA': [11, tolerance],
  'a tenth fewer: within the tolerance of the HPA': [18, tolerance],
  'metricType Value without a ready pod': [6, 'a fallback needs no ready pod'],
  'a negative result': [0, 'a formula with a negative result counts as 0'],
};

async function watched(spec: object, capacity: number, annotations: Readonly<Record<string, string>> = {}) {
  const { config } = await importedAs('keda', scaledObjectOf(spec, { annotations }));
  const { autoscale, settings } = config.resources['web']!;
  return new WatchedResource(compileAutoscale(autoscale!.settings, settings), capacity);
}

const reading = (value: number | null, atMs: number): Reading =>
  value === null ? { failure: 'refused' } : { value, atMs };

describe('a fallback', () => {
  it.each(fallbacks.map((fallback) => [fallback.name, fallback] as const))('%s', async (name, fallback) => {
    const expected = fallback.expected.map((number) => number ?? fallback.current);
    expect(await recommendedWith(fallback)).toEqual(differences[name] ? [differences[name][0]] : expected);
  });

  async function recommendedWith(fallback: Fallback): Promise<number[]> {
    const { threshold, replicas, behavior, metricType, modifierTarget, current, failures = 0, values } = fallback;
    const resource = await watched(
      {
        minReplicaCount: 1,
        fallback: { failureThreshold: threshold, replicas, ...(behavior !== '' && { behavior }) },
        triggers: [{ ...promql('load', '5'), ...(metricType && { metricType }) }],
        ...(modifierTarget !== undefined && {
          advanced: { scalingModifiers: { formula: 'load', target: modifierTarget } },
        }),
      },
      current,
    );
    const all = [...Array.from({ length: failures }, () => null), ...values];
    const recommended = all.map((value, index) => {
      const atMs = index * 15 * seconds;
      const ready = fallback.ready ?? current;
      return resource.look({ atMs, ready, readings: { load: reading(value, start + atMs) } }).recommended;
    });
    return recommended.slice(failures);
  }
});

describe('a formula', () => {
  it.each(formulas.map((formula) => [formula.name, formula] as const))('%s', async (name, formula) => {
    expect((await lookedAt(formula, 3)).recommended).toBe(differences[name]?.[0] ?? formula.expected);
    expect((await lookedAt(formula, 0)).target > 0).toBe(formula.isActive);
  });

  async function lookedAt({ formula, activationTarget, values, fallback }: Formula, capacity: number) {
    const scalingModifiers = { formula, target: '10', ...(activationTarget !== undefined && { activationTarget }) };
    const triggers = Object.keys(values).map((name) => promql(name, '5'));
    const resource = await watched({ triggers, fallback, advanced: { scalingModifiers } }, capacity);
    const look = (index: number) => {
      const atMs = index * 15 * seconds;
      const readings = Object.entries(values).map(([name, value]) => [name, reading(value, start + atMs)]);
      return resource.look({ atMs, readings: Object.fromEntries(readings) as Record<string, Reading> });
    };
    look(0);
    look(1);
    return look(2);
  }
});

describe('the step from and to zero', () => {
  it.each(steps.map((step) => [step.name, step] as const))('%s', async (_, step) => {
    expect(await capacityAtTheEnd(step)).toBe(step.expected);
  });

  /** From the last activity, or from the creation, without any change until the end. */
  async function capacityAtTheEnd(step: Step): Promise<number> {
    const { current, isActive, isError, lastActiveAgo, createdAgo = 1000 } = step;
    const triggers = [promql('load', '5'), ...(isActive && isError ? [promql('other', '5')] : [])];
    const resource = await watched({ triggers, ...step.spec }, current, step.annotations);
    const endS = isActive ? 0 : (lastActiveAgo ?? createdAgo);
    const times = [...Array.from({ length: Math.ceil(endS / 15) }, (_, index) => index * 15), endS];
    const looks = times.map((atS) => {
      const hasLoad = isActive || (lastActiveAgo !== undefined && atS === 0);
      const load = hasLoad ? Math.max(0.5, current * 5) : isError ? null : 0;
      const atMs = atS * seconds;
      const readings = { load: reading(load, start + atMs), other: reading(null, start) };
      return resource.look({ atMs, readings });
    });
    const last = looks.at(-1)!;
    return last.limitedBy.includes('dryRun') ? last.capacity : capacityAfter(last);
  }
});

describe('over time', () => {
  const cron = {
    type: 'cron',
    metadata: { timezone: 'UTC', start: '0 11 * * *', end: '10 12 * * *', desiredReplicas: '4' },
  };

  /** The capacities from noon on, each followed at once, as `seconds: capacity` where they change. */
  async function changesOf(spec: object, loadAt: (atS: number) => number, untilS: number): Promise<string[]> {
    const resource = await watched(spec, 4);
    const changes: string[] = [];
    for (let atS = 0; atS <= untilS; atS += 15) {
      const before = resource.capacity;
      const readings = { load: reading(loadAt(atS), start + atS * seconds) };
      const after = resource.follow({ atMs: atS * seconds, readings });
      if (after !== before) changes.push(`${atS}: ${after}`);
    }
    return changes;
  }

  it('a cron trigger is activity until its end, at 600 s: zero after the cooldown, in one step', async () => {
    expect(await changesOf({ triggers: [cron] }, () => 0, 1500)).toEqual(['885: 0']);
    expect(await changesOf({ triggers: [cron], cooldownPeriod: 60 }, () => 0, 1500)).toEqual(['645: 0']);
    // A longer cooldown: the HPA goes to its minimum after its window, and KEDA to zero after the cooldown.
    expect(await changesOf({ triggers: [cron], cooldownPeriod: 600 }, () => 0, 1500)).toEqual(['885: 1', '1185: 0']);
  });

  it('a queue that is empty after 60 s: the window of the HPA holds what is above zero, and not the step to zero', async () => {
    const load = (atS: number) => (atS <= 60 ? 20 : 0);
    const of = (cooldownPeriod: number) => changesOf({ triggers: [promql('load', '5')], cooldownPeriod }, load, 1500);
    expect(await of(300)).toEqual(['360: 0']);
    expect(await of(60)).toEqual(['120: 0']);
    expect(await of(600)).toEqual(['360: 1', '660: 0']);
  });
});

describe('activity', () => {
  it.each([
    ['above the activation value', 10.001, 0, true],
    ['at the activation value', 10, 0, false],
    ['one active trigger is enough', 0, 1, true],
    ['none', 0, 0, false],
  ])('%s', async (_, load, other, isActive) => {
    const triggers = [promql('load', '5', { activationThreshold: '10' }), promql('other', '5')];
    const resource = await watched({ triggers }, 0);
    const readings = { load: reading(load, start), other: reading(other, start) };
    expect(resource.look({ readings }).target > 0).toBe(isActive);
  });

  it('CPU and memory alone are always active', async () => {
    const triggers = [{ type: 'cpu', metricType: 'Utilization', metadata: { value: '60' } }];
    const { config } = await importedAs('keda', scaledObjectOf({ triggers }));
    expect(config.resources['web']).toMatchObject({ settings: { min: 1 }, autoscale: { settings: { idle: null } } });
  });
});

describe('the bounds', () => {
  it.each([
    ['defaults', {}, { min: 0, max: 100 }],
    ['a minimum of 0', { minReplicaCount: 0 }, { min: 0, max: 100 }],
    ['idle below the minimum', { minReplicaCount: 2, idleReplicaCount: 0 }, { min: 0, max: 100 }],
    ['idle 0 and a minimum of 0', { minReplicaCount: 0, idleReplicaCount: 0 }, { min: 0, max: 100 }],
    ['a minimum above 0', { minReplicaCount: 2, maxReplicaCount: 7 }, { min: 2, max: 7 }],
  ])('%s', async (_, spec, bounds) => {
    const { config } = await importedAs('keda', scaledObjectOf(spec));
    expect(config.resources['web']?.settings).toMatchObject(bounds);
  });

  it.each([
    ['a minimum above the maximum', { minReplicaCount: 11, maxReplicaCount: 10 }, 'below minReplicaCount (11)'],
    ['a minimum above the default maximum', { minReplicaCount: 101 }, 'is 100, which is below'],
    ['idle without a minimum', { idleReplicaCount: 0 }, 'idleReplicaCount must be below minReplicaCount'],
    ['idle at the minimum', { minReplicaCount: 2, idleReplicaCount: 2 }, 'must be below minReplicaCount'],
  ])('%s: refused, as KEDA does', async (_, spec, words) => {
    expect(await refusal(scaledObjectOf(spec), 'keda')).toContain(words);
  });

  it.each([
    [{ paused: 'TRUE', 'paused-scale-in': '0', 'paused-scale-out': 'no' }, ['paused', 'paused-scale-out']],
    [{ paused: 'false', 'paused-replicas': '0' }, ['paused-replicas']],
    [{ paused: 'false', 'paused-scale-in': 'f' }, []],
  ])('the annotations %j pause by %j', async (written, pauses) => {
    const entries = Object.entries(written).map(([name, value]) => [`autoscaling.keda.sh/${name}`, value]);
    const { config, report } = await importedAs(
      'keda',
      scaledObjectOf({}, { annotations: Object.fromEntries(entries) as object }),
    );
    const paths = report.unsupported.map(({ path }) => /keda\.sh\/([\w-]+)/.exec(path)?.[1]);
    expect(paths.toSorted()).toEqual(pauses.toSorted());
    expect(config.resources['web']?.settings.dryRun).toBe(pauses.length > 0);
  });
});

it('every difference is one of a decision that exists, and is a difference', () => {
  const all = [...fallbacks, ...formulas].map(({ name, expected }) => [name, [expected].flat()] as const);
  for (const [name, [number]] of Object.entries(differences)) {
    expect(all.find(([other]) => other === name)?.[1]).not.toEqual([number]);
  }
});
