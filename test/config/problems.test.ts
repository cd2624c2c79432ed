import { z } from 'zod';
import { findingsOf, issueWords } from '../../src/config/file/issue-words.js';
import { report, withFix } from '../../src/domain/written/issue.js';
import { complaints, problemsOf, workerWith } from './written.js';

/** One policy in a file that is otherwise valid. */
function policy(written: string): string {
  return workerWith(`autoscale: { policies: [${written}] }`);
}

describe('a problem and its fix stay apart where a value contains the separator of the printed line', () => {
  it('in the name of a file', async () => {
    expect(await problemsOf(workerWith('settle: "${file:/no/such/a; b}"'))).toEqual([
      {
        file: 'escapement.yaml',
        line: 7,
        column: 13,
        path: 'resources.worker.settle',
        problem: 'the file /no/such/a; b cannot be read (ENOENT)',
        fix: 'create it, or correct the path',
      },
    ]);
  });

  it('in a value of YAML', async () => {
    const window = '{ cron: "@daily; at noon", for: 1h, min: 2 }';
    const text = policy(`{ type: schedule, timezone: UTC, windows: [${window}] }, { type: fixed, capacity: 1 }`);
    expect(await problemsOf(text)).toMatchObject([
      { problem: '@daily; at noon is a name, not the five fields of cron', fix: 'write such as "0 9 * * mon-fri"' },
    ]);
    expect(await complaints(text)).toEqual([
      expect.stringMatching(/cron: @daily; at noon is a name, not the five fields of cron; write such as "0 9/),
    ]);
  });

  it('in one of the forms that a value may have', () => {
    const { error } = z.union([z.enum(['a; b']), z.number()]).safeParse(true, { error: issueWords });
    expect(findingsOf(error?.issues ?? [])).toMatchObject([{ path: [], problem: 'must be a; b or a number' }]);
  });
});

it('the placeholder behind a value is told apart from the problem and the fix', async () => {
  expect(await problemsOf(workerWith('settle: "${SETTLE}"'), { SETTLE: 'soon' })).toMatchObject([
    { problem: 'is not a duration', fix: expect.stringMatching(/500ms$/) as string, source: '${SETTLE}' },
  ]);
  expect(await complaints(workerWith('settle: "${SETTLE}"'), { SETTLE: 'soon' })).toEqual([
    expect.stringMatching(/settle: is not a duration; write whole numbers .* or 500ms \(from \$\{SETTLE\}\)$/),
  ]);
});

describe('a fix reaches its finding', () => {
  const told = { problem: 'is wrong', fix: 'correct it' };
  const error = withFix(told.problem, told.fix);

  it.each([
    ['a type', z.string({ error }), 1],
    ['a literal', z.literal(1, { error }), 2],
    ['a pattern', z.string().regex(/^a$/, { error }), 'b'],
    ['a size', z.array(z.number()).min(1, { error }), []],
    ['a refinement', z.string().refine(() => false, { error }), 'b'],
    ['a report', z.string().superRefine((_, context) => report(context, told)), 'b'],
    ['a form of a union', z.union([z.string({ error }), z.boolean()]), 1],
  ])('from %s', (_, schema, value) => {
    const result = schema.safeParse(value, { error: issueWords });
    expect(findingsOf(result.error?.issues ?? [])).toEqual([{ path: [], ...told }]);
  });

  it('from a key', () => {
    const result = z.record(z.string().regex(/^a$/, { error }), z.number()).safeParse({ b: 1 }, { error: issueWords });
    expect(findingsOf(result.error?.issues ?? [])).toEqual([{ path: ['b'], ...told, isAboutKey: true }]);
  });
});
