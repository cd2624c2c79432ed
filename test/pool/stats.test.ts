import type { Evaluation } from '../../src/domain/autoscale/evaluation.js';
import { type Known, statsOf } from '../../src/pool/stats.js';

const evaluation: Evaluation = {
  atMs: 2000,
  capacity: 4,
  samples: [],
  policies: [],
  recommended: 6,
  target: 6,
  limits: [],
  limitedBy: [],
  next: null,
  reason: 'Scale out from 4 to 6.',
};
const known: Known = {
  nowMs: 10_000,
  startedAtMs: 1000,
  cooldownMs: 3000,
  capacity: 4,
  queueLength: 60,
  resizedAtMs: null,
  progress: { state: null, evaluation, problem: null },
  problem: null,
};
const phaseOf = (changes: Partial<Known>) => statsOf({ ...known, ...changes }).phase;

it('tells the phase', () => {
  expect(phaseOf({ progress: undefined })).toBe('starting');
  expect(phaseOf({})).toBe('changing');
  expect(phaseOf({ capacity: 6 })).toBe('steady');
  expect(phaseOf({ resizedAtMs: 7001 })).toBe('coolingDown');
  expect(phaseOf({ resizedAtMs: 7000 })).toBe('changing');
});

it('an evaluation of an earlier process is about another pool', () => {
  const stats = statsOf({ ...known, startedAtMs: 2001 });
  expect(stats).toMatchObject({ phase: 'starting', target: null, decision: null, evaluatedAt: null });
});

it('a cooldown that an earlier process began is known from the evaluation', () => {
  const next = { capacity: 6, notBeforeMs: 12_000, changes: 1, reachedMs: 12_000 };
  const stats = statsOf({ ...known, progress: { state: null, evaluation: { ...evaluation, next }, problem: null } });
  expect(stats).toMatchObject({ phase: 'coolingDown', cooldownUntil: new Date(12_000) });
});

it('says why there is no evaluation', () => {
  const failing = { state: null, evaluation, problem: { message: 'pool.size() threw: closed', sinceMs: 5000 } };
  expect(statsOf({ ...known, progress: failing, problem: 'waiting for Temporal' }).problem).toBe(
    'pool.size() threw: closed',
  );
  expect(statsOf({ ...known, problem: 'waiting for Temporal' }).problem).toBe('waiting for Temporal');
});
