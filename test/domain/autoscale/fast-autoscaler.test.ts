/**
 * The settings of the ECS fast autoscaler, read as its table of settings says (not as its code does), in our language: a
 * ratio of tasks to messages, a share that one scale-in may remove, a step, cooldowns, MIN and MAX.
 */
import type { Evaluation } from '../../../src/domain/autoscale/evaluation.js';
import type { SentChange } from '../../../src/domain/scale/step.js';
import { capacityAfter, seconds, spec, start, WatchedResource, type WrittenAutoscale } from './watched-resource.js';

interface Settings {
  readonly min?: number;
  readonly max?: number;
  readonly up?: number;
  readonly down?: number;
  readonly ratio?: number;
  readonly step?: number;
  readonly removableShare?: number;
  readonly outCooldown?: number;
  readonly inCooldown?: number;
}

const defaults = { min: 10, max: 300, up: 100, down: 99, ratio: 0.01, step: 5, removableShare: 0.99 };
const plain: Settings = { min: 1, max: 100, down: 10, step: 1000, removableShare: 1 };
const halving: Settings = { ...plain, removableShare: 0.5 };

/** How many seconds ago the last one of each was. */
interface LastChanges {
  readonly out?: number;
  readonly in?: number;
}

function run(messages: number | string, tasks: number, settings: Settings, last: LastChanges = {}): Evaluation {
  const { min, max, up, down, ratio, step, removableShare } = { ...defaults, ...settings };
  const need = `load * ${ratio}`;
  const value = `load > ${up} ? max(current, ${need}) : load < ${down} ? min(current, ${need}) : current`;
  const autoscale: WrittenAutoscale = {
    policies: [{ type: 'perUnit', value, target: 1 }],
    behavior: removableShare < 1 ? { scaleDown: removeAtMost(removableShare) } : {},
  };
  const resource = new WatchedResource(
    spec(autoscale, {
      min,
      max,
      step: { up: step, down: step },
      cooldownMs: { up: (settings.outCooldown ?? 120) * seconds, down: (settings.inCooldown ?? 120) * seconds },
      upAfter: 'up',
    }),
    tasks,
  );
  return resource.look({ load: messages, lastChange: lastChangeOf(last) });
}

function lastChangeOf({ out = Infinity, in: scaleIn = Infinity }: LastChanges): SentChange | null {
  const newest = Math.min(out, scaleIn);
  if (newest === Infinity) return null;
  const upSentAtMs = out === Infinity ? null : start - out * seconds;
  return { sentAtMs: start - newest * seconds, upSentAtMs, confirmed: true };
}

function removeAtMost(share: number) {
  if (share === 0) return { selectPolicy: 'Disabled' as const };
  return { policies: [{ type: 'Percent' as const, value: Math.round(share * 100), periodSeconds: 1 }] };
}

describe('the settings of the ECS fast autoscaler', () => {
  test.each([
    [10, 20, plain, 20, 20, 20, [], 'the lower threshold is not below itself'],
    [11, 20, plain, 20, 20, 20, [], 'in the dead band'],
    [100, 20, plain, 20, 20, 20, [], 'the upper threshold is not above itself'],
    [9, 20, plain, 1, 1, 1, [], 'nine messages need one task'],
    [101, 20, plain, 20, 20, 20, [], 'a scale-out rule never removes'],
    [99, 20, {}, 20, 20, 20, [], 'the default lower threshold'],
    [98, 20, {}, 1, 10, 15, ['min', 'step'], 'a step of five toward min'],
    [0, 10, {}, 0, 10, 10, ['min'], 'at min'],
    [101, 10, {}, 10, 10, 10, [], 'two are needed, ten are there'],
    [200, 1, plain, 2, 2, 2, [], 'the ratio is for all tasks, not on top of them'],
    [299, 1, plain, 3, 3, 3, [], 'rounded up'],
    [300, 1, plain, 3, 3, 3, [], 'exactly three'],
    [1000, 5, plain, 10, 10, 10, [], 'ten in all'],
    [5000, 30, plain, 50, 50, 50, [], 'fifty in all'],
    [5000, 90, plain, 90, 90, 90, [], 'more than enough'],
    [700, 1, { ...plain, ratio: 0.07 }, 49, 49, 49, [], 'decimals are exact'],
    [150, 0, { ...plain, min: 0, ratio: 0.001 }, 1, 1, 1, [], 'a small ratio gives one'],
    [150, 1, { ...plain, ratio: 0.001 }, 1, 1, 1, [], 'and not one more each time'],
    [0, 0, { ...plain, min: 0 }, 0, 0, 0, [], 'nothing for nothing'],
    [1, 0, { ...plain, min: 0 }, 0, 0, 0, [], 'a scale-in rule never adds'],
    [1, 5, { ...plain, min: 3, removableShare: 0.5 }, 1, 3, 3, ['rate', 'min'], 'half, then min'],
    [0, 10, { ...plain, removableShare: 0.5 }, 0, 5, 5, ['rate'], 'at most half'],
    [0, 300, { ...plain, max: 300, removableShare: 0.99 }, 0, 3, 3, ['rate'], 'keeps a hundredth'],
    [0, 100, { ...plain, removableShare: 0.1 }, 0, 90, 90, ['rate'], 'at most a tenth'],
    [0, 50, plain, 0, 1, 1, ['min'], 'no limit'],
    [0, 1, { ...plain, min: 0, removableShare: 0.5 }, 0, 0, 0, [], 'half of one is none'],
    [0, 50, { ...plain, removableShare: 0 }, 0, 50, 50, ['rate'], 'never scales in'],
    [1000, 1, { ...plain, step: 5 }, 10, 10, 6, ['step'], 'a step out'],
    [0, 30, { ...plain, step: 5 }, 0, 1, 25, ['min', 'step'], 'a step in'],
    [400, 1, { ...plain, step: 5 }, 4, 4, 4, [], 'less than a step'],
    [1000, 1, { ...plain, step: 1 }, 10, 10, 2, ['step'], 'one at a time'],
    [30000, 10, {}, 300, 300, 15, ['step'], 'a spike does not jump'],
    [20000, 95, plain, 200, 100, 100, ['max'], 'max holds'],
    [0, 6, { ...plain, min: 4 }, 0, 4, 4, ['min'], 'min holds'],
    [20000, 150, plain, 200, 100, 100, ['max'], 'above max, demand is no excuse'],
    [50, 150, { ...plain, step: 5 }, 150, 100, 145, ['max', 'step'], 'back to max by steps'],
    [50, 2, { ...plain, min: 10 }, 2, 10, 10, ['min'], 'up to min in the dead band'],
    [0, 2, { ...plain, min: 10 }, 0, 10, 10, ['min'], 'up to min with an empty queue'],
    [50, 0, { ...plain, min: 10, step: 5 }, 0, 10, 5, ['min', 'step'], 'up to min by steps'],
    [20000, 7, { ...plain, min: 7, max: 7 }, 200, 7, 7, ['max'], 'pinned'],
    ['down', 50, {}, 50, 50, 50, [], 'no metric is not an empty queue'],
    ['down', 2, { ...plain, min: 10 }, 2, 10, 10, ['min'], 'no metric, and min holds'],
  ])('%s messages, %d tasks, %j: wants %d, target %d, next %d', (messages, tasks, settings, ...expected) => {
    const [recommended, target, next, limitedBy] = expected;
    const evaluation = run(messages, tasks, settings);
    expect(evaluation).toMatchObject({ recommended, target, limitedBy });
    expect(capacityAfter(evaluation)).toBe(next);
  });

  test.each([
    [1000, 1, plain, { out: 119 }, 1],
    [1000, 1, plain, { out: 120 }, 10],
    [1000, 1, plain, { out: 600 }, 10],
    [1000, 1, plain, { in: 1 }, 10],
    [1000, 1, plain, { out: 119, in: 1 }, 1],
    [1000, 1, plain, { out: 120, in: 1 }, 10],
    [0, 10, halving, { in: 119 }, 10],
    [0, 10, halving, { in: 120 }, 5],
    [0, 10, halving, { in: 121 }, 5],
    [0, 10, halving, { out: 119, in: 9000 }, 10],
    [0, 10, halving, { out: 130, in: 9000 }, 5],
    [0, 10, halving, {}, 5],
    [1000, 1, { ...plain, outCooldown: 0 }, { out: 0 }, 10],
    [0, 10, { ...halving, inCooldown: 0 }, { in: 0 }, 5],
    [0, 10, { ...halving, outCooldown: 60, inCooldown: 300 }, { out: 61 }, 10],
  ])('%d messages, %d tasks, %j, last scaled %j s ago: %d', (messages, tasks, settings, last, next) => {
    const evaluation = run(messages, tasks, settings, last);
    expect(capacityAfter(evaluation)).toBe(next);
    expect(evaluation.limitedBy.includes('cooldown')).toBe(next === tasks);
  });
});
