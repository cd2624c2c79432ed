/** Where the cursor is in a policy that someone writes. */
import { describe, expect, it, test } from '@jest/globals';
import { outlineOf } from '../../src/console/try/outline.js';

/** The cursor is at the bar. */
function placeIn(marked: string) {
  const cursor = marked.indexOf('|');
  const { place } = outlineOf(marked.replace('|', ''), cursor);
  return place && `${place.kind} ${place.path.join('/')} "${place.prefix}"`;
}

describe('the place of the cursor', () => {
  test.each([
    ['|', 'key  ""'],
    ['in|', 'key  "in"'],
    ['interval: 1|', 'value interval "1"'],
    ['interval: |', 'value interval ""'],
    ['interval:|', null],
    ['interval: 15s # |', null],
    ['# |', null],
    ['inter|val: 15s', 'key  "inter"'],
    ['policies:\n  |', 'key policies ""'],
    ['policies:\n  - |', 'key policies/0 ""'],
    ['policies:\n  - ty|', 'key policies/0 "ty"'],
    ['policies:\n  - type: per|', 'value policies/0/type "per"'],
    ['policies:\n  - type: perUnit\n    |', 'key policies/0 ""'],
    ['policies:\n  - type: perUnit\n    target: 5\n    up:\n      |', 'key policies/0/up ""'],
    ['policies:\n  - type: fixed\n  - type: |', 'value policies/1/type ""'],
    ['policies:\n- type: fixed\n- ty|', 'key policies/1 "ty"'],
    ['policies:\n- type: fixed\n|', 'key  ""'],
    ['policies:\n  - type: fixed\ncom|', 'key  "com"'],
    ['a:\n  b:\n    c: 1\n\n  d|', 'key a "d"'],
    ['a:\n  - - x: |', 'value a/0/0/x ""'],
    ['a:\n  - mon\n  - tu|', 'key a/1 "tu"'],
    ['# a: {\nb: |', 'value b ""'],
    ["a: it's\nb: |", 'value b ""'],
    ['a: |-\n  text: {\nb: @', null],
  ])('in lines: %j', (text, expected) => {
    if (text.includes('@')) {
      const cursor = text.indexOf('@');
      expect(outlineOf(text.replace('@', ''), cursor).place).toMatchObject({ kind: 'value', path: ['b'] });
    } else expect(placeIn(text)).toBe(expected);
  });

  test.each([
    ['a: {|}', 'key a ""'],
    ['a: { ty|', 'key a "ty"'],
    ['a: { type: x, |', 'key a ""'],
    ['a: { type: pe|, value: b }', 'value a/type "pe"'],
    ['a: { type:|', null],
    ['policies:\n  - { type: x, ta| }', 'key policies/0 "ta"'],
    ['policies: [{ type: x }, { |', 'key policies/1 ""'],
    ['policies: [\n  { type: x },\n  { va|\n]', 'key policies/1 "va"'],
    ['a: { up: { at: 1, | } }', 'key a/up ""'],
    ['a: { up: { at: 1 }, | }', 'key a ""'],
    ['days: [mon, t|]', 'value days/1 "t"'],
    ['a: { b: "x, {", | }', 'key a ""'],
    // Not closed yet: what follows is outside.
    ['policies:\n  - { type: x, va|\n  - { type: y }\ncombine: max', 'key policies/0 "va"'],
  ])('in braces: %j', (text, expected) => expect(placeIn(text)).toBe(expected));

  it('says what is replaced: the rest of the word too', () => {
    const { place } = outlineOf('policies:\n  - type: perUnit', 'policies:\n  - type: per'.length);
    expect(place).toMatchObject({ from: 20, to: 27 });
  });
});

it('lists the keys of every mapping, whatever it is written in', () => {
  const text = `interval: '15s' # often
signals:
  depth: { type: redis, "key": jobs }
policies:
  - type: perUnit
    value: depth
  - { type: fixed, capacity: 2 }
`;
  expect(outlineOf(text, 0).entries.map(({ path, key, value }) => `${[...path, key].join('/')}=${value}`)).toEqual([
    'interval=15s',
    'signals=',
    'signals/depth={ type: redis, "key": jobs }',
    'signals/depth/type=redis',
    'signals/depth/key=jobs',
    'policies=',
    'policies/0/type=perUnit',
    'policies/0/value=depth',
    'policies/1/type=fixed',
    'policies/1/capacity=2',
  ]);
});

it('ends for every cut of a text, wherever the cursor is', () => {
  const text = 'a: { b: [1, "x" ], c: \'d\' }\nb:\n  - - e: |\n      text\n  - {\n    f: g\n  }\n# end';
  for (let end = 0; end <= text.length; end += 1) {
    for (let cursor = 0; cursor <= end; cursor += 1) expect(outlineOf(text.slice(0, end), cursor)).toBeDefined();
  }
});
