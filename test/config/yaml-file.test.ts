import { complaints, head, read } from './written.js';

const bomb = ['a', 'b', 'c', 'd', 'e', 'f']
  .map(
    (name, index, names) =>
      `${name}: &${name} [${Array(9)
        .fill(index === 0 ? 'x' : `*${names[index - 1] ?? ''}`)
        .join(', ')}]`,
  )
  .join('\n');

describe('a file that is not YAML, or more than YAML needs', () => {
  test.each([
    ['a key that stands twice', 'a: 1\na: 2', ':2:1: this key stands here twice; remove one of the two'],
    ['a quote that is left open', 'a: "x', ':1:6: this is not YAML: missing closing "quote'],
    ['a tab as indentation', 'a:\n\tb: 1', ':2:1: this is not YAML: tabs are not allowed as indentation'],
    ['a second document', 'a: 1\n---\nb: 1', ':2:1: a second document begins here; keep one document in a file'],
    [
      'a tag',
      'a: !vault x',
      ':1:4: tags are not known here; write a plain value, or ${NAME} for one from the environment',
    ],
    ['an anchor that is nowhere', 'a: *b', ':1:4: there is no anchor of this name above; write the value out'],
    ['an anchor inside itself', 'a: &a [*a]', ':1:8: this repeats itself within itself; write the value out'],
    [
      'a merge key',
      'a: &a {b: 1}\nc: { <<: *a }',
      ':2:6: merge keys are not known here; use defaults:, or write the fields out',
    ],
    ['a list as a key', '? [a]\n: 1', ':1:3: this is not a name; write a plain word before the colon'],
    ['the name of every prototype', '__proto__: 1', ':1:1: this name cannot be used; choose another'],
    ['anchors that multiply', bomb, ': repeats its anchors too often; write the values out, or use defaults:'],
  ])('%s is refused', async (_, text, expected) => {
    expect(await complaints(text)).toEqual([`escapement.yaml${expected}`]);
  });

  it('is not repeated in the message: a secret may stand there', async () => {
    const lines = await complaints('password: "abc" hunter2\nother: [hunter3\n');
    expect(lines.length).toBeGreaterThan(0);
    expect(lines.join()).not.toMatch(/hunter/);
  });
});

it('anchors that a person uses are understood, and blamed in the right place', async () => {
  const text = `${head}  a: &a { platform: omnistrate, min: 0, max: 3 }\n  b: *a\n`;
  const { resources } = await read(text);
  expect(resources.b?.settings.max).toBe(3);
  expect(await complaints(text.replace('max: 3', 'max: -3'))).toEqual([
    'escapement.yaml:3:46 resources.a.max: must be at least 0',
    'escapement.yaml:3:46 resources.b.max: must be at least 0',
  ]);
});
