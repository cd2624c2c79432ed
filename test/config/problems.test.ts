import { z } from 'zod';
import { issueWords, problemsOfIssues } from '../../src/config/file/issue-words.js';
import { report, withFix } from '../../src/domain/written/issue.js';
import { errorLines, problemsOf, workerWith } from './written.js';

/** One policy in a file that is otherwise valid. */
function policy(written: string): string {
  return workerWith(`autoscale: { policies: [${written}] }`);
}

describe('the problem and the fix are separate if a value contains the separator of the printed line', () => {
  it('in a file name', async () => {
    expect(await problemsOf(workerWith('settle: "${file:/no/such/a; b}"'))).toEqual([
      {
        file: 'escapement.yaml',
        line: 7,
        column: 13,
        path: 'resources.worker.settle',
        problem: 'the file /no/such/a; b cannot be read (ENOENT)',
        fix: 'create the file, or correct the path',
      },
    ]);
  });

  it('in a YAML value', async () => {
    const window = '{ cron: "@daily; at noon", for: 1h, min: 2 }';
    const text = policy(`{ type: schedule, timezone: UTC, windows: [${window}] }, { type: fixed, capacity: 1 }`);
    expect(await problemsOf(text)).toMatchObject([
      {
        problem: 'the name @daily; at noon is not supported: a pattern has five fields',
        fix: 'write five fields, such as "0 9 * * mon-fri"',
      },
    ]);
    expect(await errorLines(text)).toEqual([
      expect.stringMatching(/cron: the name @daily; at noon is not supported: .*; write five fields, such as "0 9/),
    ]);
  });

  it('in one of several forms of a value', () => {
    const { error } = z.union([z.enum(['a; b']), z.number()]).safeParse(true, { error: issueWords });
    expect(problemsOfIssues(error?.issues ?? [])).toMatchObject([{ path: [], problem: 'must be a; b or a number' }]);
  });
});

it('the placeholder of a value is separate from the problem and the fix', async () => {
  expect(await problemsOf(workerWith('settle: "${SETTLE}"'), { SETTLE: 'soon' })).toMatchObject([
    { problem: 'is not a duration', fix: expect.stringMatching(/500ms$/) as string, source: '${SETTLE}' },
  ]);
  expect(await errorLines(workerWith('settle: "${SETTLE}"'), { SETTLE: 'soon' })).toEqual([
    expect.stringMatching(/settle: is not a duration; write whole numbers .* or 500ms \(from \$\{SETTLE\}\)$/),
  ]);
});

describe('a fix is part of the problem', () => {
  const expected = { problem: 'is invalid', fix: 'correct the value' };
  const error = withFix(expected.problem, expected.fix);

  it.each([
    ['a type', z.string({ error }), 1],
    ['a literal', z.literal(1, { error }), 2],
    ['a pattern', z.string().regex(/^a$/, { error }), 'b'],
    ['a size', z.array(z.number()).min(1, { error }), []],
    ['a refinement', z.string().refine(() => false, { error }), 'b'],
    ['a report', z.string().superRefine((_, context) => report(context, expected)), 'b'],
    ['a form of a union', z.union([z.string({ error }), z.boolean()]), 1],
  ])('from %s', (_, schema, value) => {
    const result = schema.safeParse(value, { error: issueWords });
    expect(problemsOfIssues(result.error?.issues ?? [])).toEqual([{ path: [], ...expected }]);
  });

  it('from a key', () => {
    const result = z.record(z.string().regex(/^a$/, { error }), z.number()).safeParse({ b: 1 }, { error: issueWords });
    expect(problemsOfIssues(result.error?.issues ?? [])).toEqual([{ path: ['b'], ...expected, isAboutKey: true }]);
  });
});
