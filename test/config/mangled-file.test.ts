import { readdirSync, readFileSync } from 'node:fs';
import fc from 'fast-check';
import { errorLines } from './written.js';
import { seed } from '../properties/seed.js';

const examples = readdirSync('docs/examples')
  .filter((name) => name.endsWith('.yaml'))
  .map((name) => readFileSync(`docs/examples/${name}`, 'utf8'));
const pieces = [
  '\n',
  ' ',
  '\t',
  ':',
  '- ',
  '{',
  '}',
  '[',
  ']',
  '"',
  "'",
  '&a ',
  '*a',
  '<<: ',
  '? ',
  '${',
  '${X}',
  '|',
  '#',
  '-1',
  '1e999',
  '.nan',
  'null',
  '__proto__: ',
];

const change = fc.record({
  at: fc.double({ min: 0, max: 1, noNaN: true }),
  removed: fc.nat(12),
  inserted: fc.constantFrom(...pieces),
});

it('a file with random edits is read or refused with positions, and no error contains a secret of the environment', async () => {
  const mangled = fc.tuple(fc.constantFrom(...examples), fc.array(change, { minLength: 1, maxLength: 4 }));
  await fc.assert(
    fc.asyncProperty(mangled, async ([example, changes]) => {
      const text = changes.reduce((whole, { at, removed, inserted }) => {
        const start = Math.floor(at * whole.length);
        return whole.slice(0, start) + inserted + whole.slice(start + removed);
      }, example);
      const lines = await errorLines(text, { X: 'hunter2', REDIS_URL: 'redis://:hunter2@#' });
      expect(lines.join()).not.toContain('hunter2');
      for (const line of lines) expect(line).toMatch(/^escapement\.yaml:\d+:\d+[ :]/);
    }),
    { seed, numRuns: 300 },
  );
});
