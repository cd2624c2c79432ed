/** How keys change the text of the editor, where problems are, and what is copied. */
import { describe, expect, it, test } from '@jest/globals';
import { parse } from 'yaml';
import { lineBreakAt, offsetOf, positionAt, sectionOf } from '../../src/console/try/editing.js';

/** The cursor is at the bar. */
function breakAt(marked: string): string {
  return lineBreakAt(marked.replace('|', ''), marked.indexOf('|'));
}

describe('Enter', () => {
  test.each([
    ['interval: 15s|', '\n'],
    ['signals:|', '\n  '],
    ['signals: # those of the shop|', '\n  '],
    ['a:\n  b: 1|', '\n  '],
    ['a:\n  b:|', '\n    '],
    ['policies:\n  - type: fixed|', '\n    '],
    ['policies:\n  - up:|', '\n      '],
    ['policies:\n  - { type: fixed }|', '\n    '],
    ['# a comment:|', '\n'],
    ['a: 1|\nb:', '\n'],
    ['|', '\n'],
  ])('after %j inserts %j', (text, expected) => expect(breakAt(text)).toBe(expected));
});

it('a line and a column lead to an offset, and back', () => {
  const text = 'a: 1\nb: 2\n\nc: 3';
  expect(offsetOf(text, 2, 4)).toBe(text.indexOf('2'));
  expect(positionAt(text, text.indexOf('3'))).toEqual({ line: 3, column: 3 });
  expect(offsetOf(text, 9, 9)).toBe(text.length);
  expect(offsetOf(text, 1, 50)).toBe(4);
});

describe('the section that is copied', () => {
  it('has the indentation of the file', () => {
    const text = '# first\ninterval: 15s\n\npolicies:\n  - { type: fixed, capacity: 2 }\n\n';
    expect(sectionOf(text, 4)).toBe(
      '    autoscale:\n      # first\n      interval: 15s\n\n      policies:\n        - { type: fixed, capacity: 2 }\n',
    );
  });

  it.each(['{ policies: [] }', 'a: |\n  text\n    more\nb: 1\n'])('has the same value: %j', (text) => {
    expect(parse(sectionOf(text, 2))).toEqual({ autoscale: parse(text) as unknown });
  });
});
