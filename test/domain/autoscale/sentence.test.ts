import { describe, expect, it, test } from '@jest/globals';
import { limitNames, type Limit, type LimitName } from '../../../src/domain/autoscale/evaluation.js';
import { type Answer, sentence } from '../../../src/domain/autoscale/sentence.js';

const nowMs = Date.parse('2026-11-25T12:00:00Z');
const inMinutes = (minutes: number) => nowMs + minutes * 60_000;
const quiet: Answer = { nowMs, capacity: 4, asked: 4, target: 4, why: 'fixed: always 4', limits: [], next: null };
const at = (by: LimitName, from: number, to: number, reason: string): Limit => ({ by, from, to, reason });
/** One change, at once. */
const next = (capacity: number) => ({ capacity, notBeforeMs: nowMs, changes: 1, reachedMs: nowMs });

const limits: [Limit, string][] = [
  [at('status', 2, 6, 'the resource is STARTING'), 'held at 6: the resource is STARTING'],
  [at('noData', 2, 4, 'scaling in is blocked: no data from a'), 'held at 4: scaling in is blocked: no data from a'],
  [
    at('fallback', 4, 7, 'a without data 3 times or more'),
    'raised to 7 by the fallback: a without data 3 times or more',
  ],
  [
    at('fallback', 4, 3, 'a without data 3 times or more'),
    'lowered to 3 by the fallback: a without data 3 times or more',
  ],
  [
    at('burst', 2, 9, 'the short window asked for much more'),
    'raised to 9 by a burst: the short window asked for much more',
  ],
  [at('idle', 2, 0, 'idle for 300 s of 300 s'), 'let go to 0: idle for 300 s of 300 s'],
  [at('idle', 0, 1, 'not idle: 5 is above 0'), 'kept at 1: not idle: 5 is above 0'],
  [at('floor', 2, 5, 'schedule, mon-fri: at least 5'), 'raised to 5 by a floor: schedule, mon-fri: at least 5'],
  [at('ceiling', 9, 5, 'schedule, sat: at most 5'), 'lowered to 5 by a ceiling: schedule, sat: at most 5'],
  [at('override', 9, 5, '5 until it is taken back'), 'overridden: 5 until it is taken back'],
  [at('pause', 9, 4, 'paused until it is taken back'), 'held at 4: paused until it is taken back'],
  [at('stabilization', 2, 4, 'more was recommended'), 'no lower than 4 yet: more was recommended'],
  [at('stabilization', 9, 6, 'less was recommended'), 'no higher than 6 yet: less was recommended'],
  [at('rate', 9, 6, 'as far as behavior lets it go'), 'no higher than 6 yet: as far as behavior lets it go'],
  [at('rate', 1, 3, 'as far as behavior lets it go'), 'no lower than 3 yet: as far as behavior lets it go'],
  [at('min', 0, 1, 'min is 1'), 'raised to 1, the min'],
  [at('max', 12, 10, 'max is 10'), 'lowered to 10, the max'],
  [at('refused', 9, 4, '9 was refused at 12:00: quota'), 'held at 4: 9 was refused at 12:00: quota'],
];
const ofTheWay = ['step', 'cooldown', 'dryRun'];

describe('a limit is described by its effect on the number:', () => {
  it.each(limits)('%j', (limit, words) => {
    const told = sentence({ ...quiet, target: limit.to, limits: [limit] });
    expect(told.startsWith(`Asked for ${limit.from} (fixed: always 4); ${words}. `)).toBe(true);
  });

  it('every one of them', () => {
    const told = new Set<string>([...limits.map(([{ by }]) => by), ...ofTheWay]);
    expect([...told].sort()).toEqual([...limitNames].sort());
  });
});

describe('the action comes last:', () => {
  const [step, cooldown, dryRun] = [
    at('step', 10, 6, 'at most 2 a change'),
    at('cooldown', 6, 4, 'until 12:05'),
    at('dryRun', 6, 4, 'nothing is sent'),
  ];
  it.each<[string, Partial<Answer>, string]>([
    ['nothing', {}, 'Stay at 4.'],
    ['out', { target: 6, next: next(6) }, 'Scale out from 4 to 6.'],
    ['in', { target: 1, next: next(1) }, 'Scale in from 4 to 1.'],
    ['a run that goes on', { asked: 6, target: 6, next: next(6) }, 'Go on from 4 to 6.'],
    [
      'a run that is sent further',
      { asked: 6, target: 9, next: next(9) },
      'Scale out from 4 to 9, and no longer to 6.',
    ],
    ['a run that is sent back', { asked: 6, target: 2, next: next(2) }, 'Scale in from 4 to 2, and no longer to 6.'],
    ['a run that ends where it is', { asked: 6, target: 4 }, 'Stay at 4, and no longer go to 6.'],
    [
      'in steps',
      { target: 10, limits: [step], next: { ...next(6), changes: 3, reachedMs: inMinutes(10) } },
      'Scale out from 4 to 10, at most 2 a change, in 3 changes, there at 2026-11-25T12:10:00.000Z at the earliest.',
    ],
    [
      'when the cooldown is over',
      { target: 6, limits: [cooldown], next: { ...next(6), notBeforeMs: inMinutes(5), reachedMs: inMinutes(5) } },
      'Scale out from 4 to 6, not before 2026-11-25T12:05:00.000Z (cooldown).',
    ],
    [
      'as a dry run',
      { target: 6, limits: [dryRun], next: next(6) },
      'Scale out from 4 to 6, as a dry run: nothing is sent.',
    ],
  ])('%s', (_what, answer, words) => {
    const { target = 4 } = answer;
    expect(sentence({ ...quiet, ...answer })).toBe(`Asked for ${target} (fixed: always 4). ${words}`);
  });
});

test('the chain is in the order of the limits, each from where the one before it led', () => {
  const answer: Answer = {
    ...quiet,
    capacity: 3,
    asked: 3,
    target: 5,
    why: 'fixed: always 9',
    limits: [
      at('floor', 9, 20, 'schedule, mon-fri: at least 20'),
      at('rate', 20, 7, 'as far as behavior lets it go for now'),
      at('max', 7, 5, 'max is 5'),
      at('step', 5, 4, 'at most 1 a change'),
    ],
    next: { capacity: 4, notBeforeMs: nowMs, changes: 2, reachedMs: inMinutes(1) },
  };
  expect(sentence(answer)).toBe(
    'Asked for 9 (fixed: always 9); raised to 20 by a floor: schedule, mon-fri: at least 20; no higher than 7 yet: as far ' +
      'as behavior lets it go for now; lowered to 5, the max. Scale out from 3 to 5, at most 1 a change, in 2 changes, ' +
      'there at 2026-11-25T12:01:00.000Z at the earliest.',
  );
});

test('a starting resource is described as such: its run continues', () => {
  const limits = [at('status', 2, 6, 'the resource is STARTING')];
  const why = 'perUnit waiting: 200 is within tolerance of 2 x 100';
  expect(sentence({ ...quiet, capacity: 2, asked: 6, target: 6, why, limits, next: next(6) })).toBe(
    'Asked for 2 (perUnit waiting: 200 is within tolerance of 2 x 100); held at 6: the resource is STARTING. Go on from 2 to 6.',
  );
});
