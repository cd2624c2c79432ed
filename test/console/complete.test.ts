/** What can be written at the cursor, from the schema that the API serves. */
import { describe, expect, it, test } from '@jest/globals';
import { autoscaleJsonSchema } from '../../src/config/schema/json-schema.js';
import { completionAt, type Schema } from '../../src/console/try/complete.js';

// The same type, as far as completion reads it.
const schema = autoscaleJsonSchema() as Schema;

/** The cursor is at the bar. */
function completed(marked: string, signals: readonly string[] = []) {
  const cursor = marked.indexOf('|');
  return completionAt(marked.replace('|', ''), cursor, schema, signals);
}

const labels = (marked: string, signals?: readonly string[]) =>
  completed(marked, signals)?.choices.map(({ label }) => label) ?? [];

/** The text after the first choice has been taken. */
function taken(marked: string): string {
  const text = marked.replace('|', '');
  const { from, to, choices } = completed(marked)!;
  return text.slice(0, from) + choices[0]!.insert + text.slice(to);
}

describe('keys', () => {
  it('are those of the section, without the ones that are written', () => {
    expect(labels('|')).toEqual(['interval', 'signals', 'policies', 'combine', 'behavior', 'idle', 'fallback']);
    expect(labels('interval: 15s\n|\npolicies: []')).not.toContain('interval');
    expect(labels('interval: 15s\n|\npolicies: []')).not.toContain('policies');
  });

  test.each([
    ['policies:\n  - type: perUnit\n    |', 'target'],
    ['policies:\n  - { type: perUnit, | }', 'target'],
    ['policies:\n  - { | , type: perUnit }', 'target'],
    ['policies:\n  - type: schedule\n    windows:\n      - |', 'from'],
    ['signals:\n  depth:\n    type: redis\n    |', 'structure'],
    ['signals:\n  depth: { type: redis, | }', 'maxAge'],
    ['behavior:\n  scaleDown:\n    |', 'stabilizationWindowSeconds'],
    ['fallback: { | }', 'after'],
    ['policies:\n  - type: thresholds\n    up: { | }', 'at'],
  ])('%j has %s', (text, label) => expect(labels(text)).toContain(label));

  it('of a mapping whose type is open are those that every type has', () => {
    expect(labels('policies:\n  - |')).toEqual(['type']);
    expect(labels('signals:\n  depth: { | }')).toEqual(['type', 'maxAge', 'rate', 'else']);
  });

  it('that are required come first', () => {
    expect(labels('policies:\n  - type: perUnit\n    |').slice(0, 2)).toEqual(['value', 'target']);
  });

  it('that begin with the text come before those that contain it', () => {
    expect(labels('policies:\n  - { type: perUnit, s| }')[0]).toMatch(/^s/);
    expect(labels('b|')).toEqual(['behavior', 'combine', 'fallback']);
    expect(labels('zzz|')).toEqual([]);
  });

  it('have the first sentence of their description', () => {
    const [first] = completed('policies:\n  - type: perUnit\n    tar|')!.choices;
    expect(first).toMatchObject({ label: 'target', detail: 'How much of value one unit should handle.' });
  });

  test.each([
    ['com|', 'combine: '],
    ['sig|', 'signals:\n  '],
    ['polic|', 'policies:\n  - '],
    ['beh|', 'behavior:\n  '],
    ['com|bine: max', 'combine: max'],
    ['policies:\n  - type: thresholds\n    u|', 'policies:\n  - type: thresholds\n    up:\n      '],
    ['policies:\n  - { type: thresholds, u|', 'policies:\n  - { type: thresholds, up: '],
    ['policies:\n  |', 'policies:\n  - type: '],
  ])('%j becomes %j', (text, expected) => expect(taken(text)).toBe(expected));
});

describe('values', () => {
  it('of a type are all types, with what each is for', () => {
    expect(labels('policies:\n  - type: |')).toContain('perUnit');
    expect(labels('policies:\n  - type: perUnit|')).toEqual(['perUnit']);
    expect(labels('policies:\n  - { type: f| }').slice(0, 2)).toEqual(['forecast', 'fixed']);
    expect(labels('signals: { depth: { type: r| } }')).toContain('redis');
    expect(completed('policies:\n  - type: fix|')!.choices[0]!.detail).toBe('A constant capacity.');
  });

  it('are the words that a field accepts', () => {
    expect(labels('combine: |')).toEqual(['max', 'min']);
    expect(labels('signals: { depth: { type: redis, rate: | } }')).toEqual(['true', 'false']);
    expect(labels('fallback:\n  capacity: |')).toContain('hold');
    expect(labels('interval: |')).toContain('15s');
  });

  it('of an expression are the signals of the text, else those in force', () => {
    const text = 'signals: { depth: { type: constant, value: 1 } }\npolicies:\n  - { type: perUnit, value: | }';
    expect(labels(text)).toEqual(['depth', 'current']);
    expect(labels('policies:\n  - { type: perUnit, value: wait| }', ['waiting'])).toEqual(['waiting']);
    const completion = completed('idle:\n  value: waiting + act|', ['waiting', 'active'])!;
    expect(completion).toMatchObject({ from: 'idle:\n  value: waiting + '.length, choices: [{ label: 'active' }] });
  });

  it('that are free have no list', () => {
    expect(completed('policies:\n  - { type: perUnit, target: | }')).toBeNull();
    expect(completed('interval: 15s # |')).toBeNull();
  });
});
