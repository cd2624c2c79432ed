import { errorLines, head, read } from './written.js';

const bomb = ['a', 'b', 'c', 'd', 'e', 'f']
  .map(
    (name, index, names) =>
      `${name}: &${name} [${Array(9)
        .fill(index === 0 ? 'x' : `*${names[index - 1] ?? ''}`)
        .join(', ')}]`,
  )
  .join('\n');

describe('a file that is not YAML, or uses a feature of YAML that is not supported', () => {
  test.each([
    ['a duplicate key', 'a: 1\na: 2', ':2:1: duplicate key; remove one of the two keys'],
    ['a quote that is not closed', 'a: "x', ':1:6: invalid YAML: missing closing "quote'],
    ['a tab as indentation', 'a:\n\tb: 1', ':2:1: invalid YAML: tabs are not allowed as indentation'],
    [
      'a second document',
      'a: 1\n---\nb: 1',
      ':2:1: a second document in a file is not supported; write one document in each file',
    ],
    [
      'a tag',
      'a: !vault x',
      ':1:4: tags are not supported; write a plain value, or ${NAME} for a value from the environment',
    ],
    [
      'an alias without an anchor',
      'a: *b',
      ':1:4: no anchor of this name is defined before the alias; write the value instead of the alias',
    ],
    [
      'an alias inside its own anchor',
      'a: &a [*a]',
      ':1:8: the alias is inside its own anchor; write the value instead of the alias',
    ],
    [
      'a merge key',
      'a: &a {b: 1}\nc: { <<: *a }',
      ':2:6: merge keys are not supported; use defaults:, or repeat the fields',
    ],
    ['a list as a key', '? [a]\n: 1', ':1:3: invalid key; write a plain word before the colon'],
    ['the key __proto__', '__proto__: 1', ':1:1: this key is not supported; choose another name'],
    [
      'aliases that expand exponentially',
      bomb,
      ': contains too many aliases; write the values instead of aliases, or use defaults:',
    ],
  ])('%s is refused', async (_, text, expected) => {
    expect(await errorLines(text)).toEqual([`escapement.yaml${expected}`]);
  });

  it('is not repeated in the message, because it may contain a secret', async () => {
    const lines = await errorLines('password: "abc" hunter2\nother: [hunter3\n');
    expect(lines.length).toBeGreaterThan(0);
    expect(lines.join()).not.toMatch(/hunter/);
  });
});

it('an alias is supported, and a problem is reported at the position of its anchor', async () => {
  const text = `${head}  a: &a { platform: omnistrate, min: 0, max: 3 }\n  b: *a\n`;
  const { resources } = await read(text);
  expect(resources.b?.settings.max).toBe(3);
  expect(await errorLines(text.replace('max: 3', 'max: -3'))).toEqual([
    'escapement.yaml:3:46 resources.a.max: must be at least 0',
    'escapement.yaml:3:46 resources.b.max: must be at least 0',
  ]);
});
