/** A policy of a module: what it returns and what goes wrong in it. */
import { compileExpression } from '../../../src/domain/expression/expression.js';
import { customPolicy } from '../../../src/domain/policies/custom.js';
import type { PolicyInput, PolicyMemory } from '../../../src/domain/policies/policy.js';
import { z } from '../../../src/extend/index.js';

const memory: PolicyMemory = { failures: 2, window: [], burst: null };
const units = { capacity: 3, asked: 4, isAskedByOthers: false, loaded: 3 };
const inputWith = (values: Record<string, number>): PolicyInput => ({
  nowMs: 1000,
  units,
  values,
  hints: {},
  beforeChangeMs: {},
  pods: {},
  isNewInstant: true,
});

function answerOf(
  evaluate: (input: never) => unknown,
  values: Record<string, number> = { open: 25 },
  { isRelative = false, beforeChangeMs = {} }: { isRelative?: boolean; beforeChangeMs?: Record<string, number> } = {},
) {
  const definition = customPolicy({
    type: 'per-desk',
    summary: 'A unit for each group of tickets.',
    settings: z.object({ value: z.string(), group: z.int() }),
    isRelative,
    // Of JavaScript, which no compiler has checked.
    evaluate: evaluate as () => { noData: string },
  });
  const settings = definition.schema.parse({ type: 'per-desk', value: 'open * 2', group: 10 });
  const compile = (value: string) => compileExpression(value, ['open']);
  // A policy of a module uses nothing else of the context.
  const policy = definition.compile(settings, { compile } as Parameters<typeof definition.compile>[1]);
  return policy.evaluate({ ...inputWith(values), beforeChangeMs }, memory);
}

it('the policy gets its settings, the value of its expression, the units and the time', () => {
  let given: unknown;
  answerOf((input) => {
    given = input;
    return { capacity: 1, reason: 'x' };
  });
  expect(given).toEqual({
    settings: { type: 'per-desk', value: 'open * 2', group: 10 },
    value: 50,
    units,
    nowMs: 1000,
  });
});

it('a capacity with a reason is the recommendation, and ends a series of failures', () => {
  expect(answerOf(() => ({ capacity: 5, reason: '50 / 10' }))).toEqual({
    value: 50,
    memory: { ...memory, failures: 0 },
    result: { kind: 'capacity', capacity: 5, stable: 5, reason: '50 / 10' },
  });
});

it.each<[what: string, evaluate: () => unknown, reason: string]>([
  ['says that it has no data', () => ({ noData: 'closed' }), 'closed'],
  [
    'throws',
    () => {
      throw new Error('a defect');
    },
    'per-desk failed: a defect',
  ],
  [
    'returns half a unit',
    () => ({ capacity: 2.5, reason: 'x' }),
    'per-desk returned no whole capacity with a reason, but 2.5',
  ],
  [
    'returns a negative capacity',
    () => ({ capacity: -1, reason: 'x' }),
    'per-desk returned no whole capacity with a reason, but -1',
  ],
  ['gives no reason', () => ({ capacity: 3 }), 'per-desk returned no whole capacity with a reason, but 3'],
  ['returns nothing', () => undefined, 'per-desk failed: '],
  [
    'returns a promise that rejects',
    () => Promise.reject(new Error('late')),
    'per-desk returned no whole capacity with a reason, but undefined',
  ],
  [
    'returns a promise',
    async () => ({ capacity: 3, reason: 'x' }),
    'per-desk returned no whole capacity with a reason, but undefined',
  ],
])('a policy that %s recommends nothing, and the failure counts', (_, evaluate, reason) => {
  expect(answerOf(evaluate)).toMatchObject({
    memory: { failures: 3 },
    result: { kind: 'unknown', failures: 3, reason: expect.stringContaining(reason) as string },
  });
});

it('without data from its signals the policy is not called', () => {
  const notCalled = () => {
    throw new Error('called');
  };
  expect(answerOf(notCalled, {}).result).toEqual({ kind: 'unknown', failures: 3, reason: 'no data from open' });
});

it.each([
  [true, { kind: 'capacity', capacity: 4 }],
  [false, { kind: 'capacity', capacity: 9 }],
])('a sample from before the last change is used unless the policy is relative (%s)', (isRelative, result) => {
  const more = () => ({ capacity: 9, reason: 'more' });
  expect(answerOf(more, { open: 25 }, { isRelative, beforeChangeMs: { open: 500 } }).result).toMatchObject(result);
});
