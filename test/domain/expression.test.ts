import fc from 'fast-check';
import { seed } from '../properties/seed.js';
import { ExpressionError } from '../../src/domain/expression/error.js';
import { compileExpression } from '../../src/domain/expression/expression.js';

const names = ['waiting', 'active', 'm'];

function valueOf(text: string, values: Record<string, number> = {}): number | null {
  return compileExpression(text, names).evaluate({ waiting: 30, active: 4, m: 200, current: 3, ...values });
}

function errorOf(text: string): ExpressionError {
  try {
    compileExpression(text, names);
  } catch (error) {
    if (error instanceof ExpressionError) return error;
  }
  throw new Error(`${text} was not refused`);
}

/** An expression, and whether any part of it uses a number as a condition, or a condition as a number. */
interface Sample {
  readonly text: string;
  readonly isMixed: boolean;
}

/** Expressions of valid syntax. Every part is in parentheses, so that the parsed tree equals the generated tree. */
const { number: someNumber } = fc.letrec<{
  number: Sample;
  condition: Sample;
  numberAsCondition: Sample;
  conditionAsNumber: Sample;
}>((tie) => {
  const built = (write: (...parts: string[]) => string, ...parts: fc.Arbitrary<Sample>[]) =>
    fc.tuple(...parts).map((each) => ({
      text: `(${write(...each.map(({ text }) => text))})`,
      isMixed: each.some(({ isMixed }) => isMixed),
    }));
  const leaves = (...texts: string[]) => fc.constantFrom(...texts).map((text) => ({ text, isMixed: false }));
  /** Occasionally an expression of the other type. */
  const mostly = (valid: fc.Arbitrary<Sample>, invalid: fc.Arbitrary<Sample>) =>
    fc.oneof(
      { weight: 24, arbitrary: valid },
      { weight: 1, arbitrary: invalid.map(({ text }) => ({ text, isMixed: true })) },
    );
  const number = mostly(tie('number'), tie('conditionAsNumber'));
  const condition = mostly(tie('condition'), tie('numberAsCondition'));
  const joined = (operator: string, left: fc.Arbitrary<Sample>, right: fc.Arbitrary<Sample>) =>
    built((one = '', other = '') => `${one} ${operator} ${other}`, left, right);
  const choice = (part: fc.Arbitrary<Sample>) =>
    built(
      (question = '', value = '', other = '') => `${question} ? ${value} : ${other}`,
      condition,
      tie('number'),
      part,
    );
  const depth = { maxDepth: 5, depthSize: 'small' } as const;
  return {
    numberAsCondition: leaves('m', '(m + 1)', 'max(1, m)', '-m'),
    conditionAsNumber: leaves('(m > 1)', '!(m == 1)', '(m > 1 && m < 3)'),
    number: fc.oneof(
      depth,
      leaves('m', '1', 'current'),
      ...['+', '-', '*', '/'].map((operator) => joined(operator, number, number)),
      choice(number),
      built((text = '') => `-${text}`, number),
      built((one = '', other = '') => `max(${one}, ${other})`, number, number),
    ),
    condition: fc.oneof(
      depth,
      leaves('(m > 1)', '(m == 1)'),
      ...['<', '>='].map((operator) => joined(operator, number, number)),
      ...['==', '!='].map((operator) => joined(operator, tie('number'), number)),
      ...['&&', '||'].map((operator) => joined(operator, condition, condition)),
      built((text = '') => `!${text}`, condition),
    ),
  };
});

/** Any sequence of operands with operators between them. */
const someRow = fc
  .array(
    fc.tuple(
      fc.constantFrom('', '', '', '-', '!'),
      fc.constantFrom('m', '1', '3', 'current', 'max(m, 2)', '(m > 1)', '(current - 5)'),
      fc.constantFrom('+', '-', '*', '/', '<', '>=', '==', '&&', '||', '?', ':'),
    ),
    { minLength: 1, maxLength: 9 },
  )
  .map((parts) => parts.flat().slice(0, -1).join(' '));

function compiledOrNull(text: string) {
  try {
    return compileExpression(text, names);
  } catch (error) {
    if (error instanceof ExpressionError) return null;
    throw error;
  }
}

/** The result of JavaScript for the same text, which has the same precedence. Null: infinite, or not a number. */
function byJavaScript(text: string, { m, current }: Record<'m' | 'current', number>): number | null {
  // eslint-disable-next-line @typescript-eslint/no-implied-eval, @typescript-eslint/no-unsafe-call
  const result: unknown = new Function('m', 'current', 'max', `return ${text};`)(m, current, Math.max);
  return typeof result === 'number' && Number.isFinite(result) ? result : null;
}

describe('expressions', () => {
  test.each([
    ['waiting + active * 2', 38],
    ['(waiting + active) * 2', 68],
    ['-waiting + 31', 1],
    ['10 - 2 - 3', 5],
    ['min(waiting, active, 3)', 3],
    ['max(1, floor(m * 0.01))', 2],
    ['clamp(waiting, 0, 10)', 10],
    ['ceil(0.2) + floor(1.8) + round(2.5) + abs(-4)', 9],
    ['waiting > 20 ? current + 1 : current', 4],
    ['waiting < 20 ? 1 : active > 3 ? 2 : 3', 2],
    ['waiting > 20 ? active > 9 ? 1 : 2 : 3', 2],
    ['(waiting > 20 ? 1 : 0) + 1', 2],
    ['max(waiting > 20 ? 7 : 1, 3)', 7],
    ['waiting > 20 && active > 9 || m == 200 ? 1 : 0', 1],
    ['!(waiting > 20) ? 1 : 0', 0],
    ['waiting >= 30 && active <= 4 && m != 3 ? 1 : 0', 1],
    ['010', 10],
    ['m * 10000 * 0.0000005', 1],
    ['0.0000001 * 10000000', 1],
    ['0.000', 0],
    ['1 + waiting > 30 ? 5 : 6', 5],
  ])('%s is %d', (text, value) => {
    expect(valueOf(text)).toBe(value);
  });

  test.each([
    ['1 < active < waiting ? 1 : 2', 1],
    ['(m > 1) == (waiting > 1) ? 1 : 2', 1],
    ['(m > 1 ? waiting > 1 : active > 9) ? 1 : 2', 1],
    ['!(m > 1 && active > 9) && -active < 0 ? 1 : 2', 1],
    ['m > 0 ? (waiting > 0 ? (active > 0 ? 1 : (1 + active)) : 2) : 3', 1],
  ])('accepts a condition where a condition is required: %s', (text, value) => {
    expect(valueOf(text)).toBe(value);
  });

  test('refuses an expression that mixes a number and a condition in any branch, and no other expression', () => {
    fc.assert(
      fc.property(someNumber, ({ text, isMixed }) => {
        fc.pre(text.length <= 1000);
        expect(compiledOrNull(text) === null).toBe(isMixed);
      }),
      { numRuns: 2000, seed },
    );
  });

  test('gives what JavaScript gives, with the same precedence', () => {
    let compared = 0;
    fc.assert(
      fc.property(someRow, fc.integer({ min: -9, max: 9 }), fc.integer({ min: -9, max: 9 }), (text, m, current) => {
        const compiled = compiledOrNull(text);
        // JavaScript reads `a < b < c` as `(a < b) < c`.
        const isChained = /(<|>=|==)[^?:&|]*(<|>=|==)/.test(text.replace('(m > 1)', 'y'));
        if (!compiled || isChained || text.includes('/')) return;
        compared += 1;
        expect(compiled.evaluate({ m, current })).toBe(byJavaScript(text.replaceAll('- -', '-(-1)*'), { m, current }));
      }),
      { numRuns: 20_000, seed },
    );
    expect(compared).toBeGreaterThan(500);
  });

  test('an imported rule with current, choices and functions gives what it gave', () => {
    const rule =
      'm > 100 ? current + max(1, floor(m * 0.01)) : m < 10 ? max(floor(m * 0.01), floor(current * 0.5)) : current';
    expect(valueOf(rule, { m: 1000, current: 10 })).toBe(20);
    expect(valueOf(rule, { m: 0, current: 10 })).toBe(5);
    expect(valueOf(rule, { m: 50, current: 10 })).toBe(10);
  });

  test('a choice in several levels of parentheses keeps its parts together', () => {
    expect(valueOf('2 * (m > 100 ? (waiting > 40 ? 1 : (active > 3 ? 5 : 6)) : 9)')).toBe(10);
  });

  test.each([
    ['a division by zero', 'waiting / (active - 4)'],
    ['a division by zero inside a minimum', 'min(10, waiting / 0)'],
    ['zero by zero', '0 / 0'],
    ['an overflow', 'min(1, m * 9999999999 * 9999999999)'],
  ])('%s is no data', (_, text) => {
    const huge = text.includes('9999') ? { m: 1e300 } : {};
    expect(valueOf(text, huge)).toBeNull();
  });

  test.each([NaN, Infinity, -Infinity])('a signal that is %d is no data', (value) => {
    expect(valueOf('min(1, waiting)', { waiting: value })).toBeNull();
  });

  test('a signal without a value is no data where the expression needs the value, and only there', () => {
    const expression = compileExpression('waiting > 0 ? waiting : active', names);
    expect(expression.evaluate({ waiting: 5, current: 1 })).toBe(5);
    expect(expression.evaluate({ waiting: 0, current: 1 })).toBeNull();
  });

  test.each([
    ['waiting ?? 7', {}, 7],
    ['waiting ?? 7', { waiting: 3 }, 3],
    ['waiting ?? active + 1', { active: 4 }, 5],
    ['1 + (waiting ?? 7) * 2', {}, 15],
    ['waiting ?? active ?? 9', {}, 9],
    ['waiting / 0 ?? 2', { waiting: 1 }, 2],
    ['m > 1 ? waiting ?? 5 : 6', { m: 2 }, 5],
    ['(m ?? 0) > 1 ? 5 : 6', {}, 6],
    ['waiting ?? (m > 1 ? 2 : 3)', { m: 0 }, 3],
    ['waiting ?? active', {}, null],
  ])('%s with %j is %d: the second side of ?? is used where the first has no data', (text, values, expected) => {
    expect(compileExpression(text, names).evaluate(values)).toBe(expected);
  });

  test('tells which sides of ?? were used', () => {
    const used: string[] = [];
    const expression = compileExpression('max(waiting ?? m * 2, active ?? (1 + 1))', names);
    expression.evaluate({ m: 2, active: 1 }, (value, other) => used.push(`${other} for ${value}`));
    expect(used).toEqual(['m * 2 for waiting']);
    expression.evaluate({ waiting: 2 }, (value, other) => used.push(`${other} for ${value}`));
    expect(used).toEqual(['m * 2 for waiting', '(1 + 1) for active']);
  });

  test('returns the names of the signals that it reads', () => {
    expect(compileExpression('waiting + waiting + current * m', names).names).toEqual(['waiting', 'm']);
  });

  test.each([
    ['wating + 1', 1, 'unknown name "wating"'],
    ['1 + (wating)', 6, 'unknown name "wating"'],
    ['waiting + ', 10, 'ends too early'],
    ['', 1, 'is empty'],
    ['waiting waiting', 9, 'unexpected "waiting"'],
    ['waiting + * 2', 11, 'unexpected "*"'],
    ['(waiting', 1, '"(" is not closed'],
    ['waiting)', 8, 'unexpected ")"'],
    ['waiting > 1 ? 2', 13, '"?" without ":"'],
    ['waiting : 2', 9, '":" without "?"'],
    ['max(waiting > 1 ? 2, 3)', 17, '"?" without ":"'],
    ['(waiting, 2)', 9, 'unexpected ","'],
    ['ceil(1, 2)', 5, 'ceil takes one argument'],
    ['clamp(1, 2)', 6, 'clamp takes 3 arguments'],
    ['max()', 5, 'unexpected ")"'],
    ['max + 1', 1, 'max is a function'],
    ['sqrt(2)', 1, 'unknown function "sqrt"'],
    ['waiting(2)', 1, 'unknown function "waiting"'],
    ['waiting = 2 ? 1 : 0', 9, '"=" is not supported'],
    ['waiting % 2', 9, '"%" is not supported'],
    ['2 ^ 3', 3, '"^" is not supported'],
    ['5m + 1', 1, '"5m" is not supported'],
    ['.5', 1, '".5" is not supported'],
    ['1e3', 1, '"1e3" is not supported'],
    ['"text"', 1, 'is not supported'],
    ["'waiting'", 1, 'is not supported'],
    ['waiting.length', 8, '".length" is not supported'],
    ['waiting[0]', 8, '"[" is not supported'],
    ['waiting; 1', 8, '";" is not supported'],
    ['waiting > 1', 1, 'is a condition where a number is required'],
    ['1 + (waiting > 1)', 5, 'a condition where a number is required'],
    ['waiting > 1 ? waiting : active > 2', 25, 'has a number on one side of ":" and a condition on the other'],
    ['waiting > 1 ? waiting : -(active > 2)', 26, 'a condition where a number is required'],
    ['waiting ? 1 : 0', 1, 'a number where a condition is required'],
    [
      'm > 0 ? (waiting > 0 ? (active > 0 ? 1 : (1 + (m > active))) : 2) : 3',
      47,
      'a condition where a number is required',
    ],
    [
      'm > 0 ? 1 : waiting > 0 ? 2 : active > 0 ? 3 : m > 1 ? 4 : (m > 2)',
      60,
      'has a number on one side of ":" and a condition on the other',
    ],
    ['m > 0 && waiting ? 1 : 0', 10, 'a number where a condition is required'],
    ['m > 0 || (active > 0 && 1) ? 1 : 0', 25, 'a number where a condition is required'],
    ['(waiting > 1) ?? 2', 1, 'a condition where a number is required'],
    ['waiting ?? m > 1', 12, 'a condition where a number is required'],
    ['waiting ??', 11, 'ends too early'],
    ['?? 2', 1, 'unexpected "??"'],
    ['!m > 1 ? 1 : 0', 2, 'a number where a condition is required'],
    ['max(m, waiting > 1)', 8, 'a condition where a number is required'],
    ['(m > 1) == 1 ? 1 : 0', 1, 'compares a number with a condition'],
    ['1 < (m > 1) ? 1 : 0', 5, 'a condition where a number is required'],
    ['m > 1 ? m > 2 ? 1 : 2 > 3 : 4', 21, 'has a number on one side of ":" and a condition on the other'],
  ])('%s is refused at column %d: %s', (text, column, problem) => {
    const error = errorOf(text);
    expect(error.problem).toContain(problem);
    expect(error.column).toBe(column);
  });

  test.each(['constructor', '__proto__', 'toString', 'hasOwnProperty', 'this', 'process', 'globalThis', 'require'])(
    'only signals can be named: %s',
    (name) => {
      expect(errorOf(name).problem).toContain('unknown name');
      expect(errorOf(`${name}(1)`).problem).toContain('unknown function');
    },
  );

  test('a keyword of a programming language is a valid name of a signal', () => {
    const expression = compileExpression('if + then * not', ['if', 'then', 'not']);
    expect(expression.evaluate({ if: 1, then: 2, not: 3 })).toBe(7);
  });

  test('the error for an unknown name contains the known names', () => {
    expect(errorOf('wating').suggestion).toEqual({ name: 'wating', known: [...names, 'current'] });
  });

  test('the length and the depth of an expression are limited', () => {
    expect(errorOf(`${'1 + '.repeat(400)}1`).problem).toContain('longer than 1000');
    expect(errorOf('('.repeat(40)).problem).toContain('nested more than 32 levels');
    expect(errorOf(`${'m > 1 ? '.repeat(40)}1`).problem).toContain('nested more than 32 levels');
    const deep = `${'('.repeat(30)}waiting${')'.repeat(30)}`;
    expect(valueOf(deep)).toBe(30);
  });
});
