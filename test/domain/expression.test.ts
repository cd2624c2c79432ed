import fc from 'fast-check';
import { compileExpression as compileByFiltrex } from 'filtrex';
import { seed } from '../properties/seed.js';
import { ExpressionError } from '../../src/domain/expression/error.js';
import { translate } from '../../src/domain/expression/syntax.js';
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

/** Expressions of the right syntax, where now and then something of the other type stands. */
const { number: someText } = fc.letrec<{ number: string; truth: string }>((tie) => {
  const number = fc.oneof({ weight: 24, arbitrary: tie('number') }, { weight: 1, arbitrary: tie('truth') });
  const truth = fc.oneof({ weight: 24, arbitrary: tie('truth') }, { weight: 1, arbitrary: tie('number') });
  const joined = (part: fc.Arbitrary<string>, ...signs: string[]) =>
    fc.tuple(part, fc.constantFrom(...signs), part).map((parts) => parts.join(' '));
  const choice = (part: fc.Arbitrary<string>) =>
    fc.tuple(truth, part, part).map(([condition, value, other]) => `${condition} ? ${value} : ${other}`);
  const inside = (part: fc.Arbitrary<string>) => part.map((text) => `(${text})`);
  const depth = { maxDepth: 5, depthSize: 'small' } as const;
  return {
    number: fc.oneof(
      depth,
      fc.constantFrom('m', '1', 'current'),
      joined(number, '+', '-', '*'),
      choice(number),
      inside(choice(number)),
      number.map((text) => `-${text}`),
      fc.tuple(number, number).map((parts) => `max(${parts.join(', ')})`),
    ),
    truth: fc.oneof(
      depth,
      fc.constantFrom('m > 1', '(m == 1)'),
      joined(number, '<', '>=', '=='),
      joined(inside(truth), '==', '!=', '&&', '||'),
      inside(choice(truth)),
      inside(truth).map((text) => `!${text}`),
    ),
  };
});

function isRefused(text: string): boolean {
  try {
    compileExpression(text, names);
    return false;
  } catch (error) {
    if (error instanceof ExpressionError) return true;
    throw error;
  }
}

/** Runs it with every outcome of every comparison. */
function tripsFiltrex(text: string): boolean {
  const outcomes = [...text.matchAll(/[<>=!]=|[<>]/g)].length;
  fc.pre(outcomes <= 6);
  const translated = translate(text, names).text;
  for (let combination = 0; combination < 2 ** outcomes; combination += 1) {
    let comparisons = 0;
    const force = () => ((combination >> comparisons++) & 1) === 1;
    const alike = (left: unknown, right: unknown): boolean => {
      if (typeof left !== typeof right) throw new TypeError('mixed');
      return force();
    };
    const number = (value: unknown): number => {
      if (typeof value !== 'number') throw new TypeError('mixed');
      return 1;
    };
    const both = (left: unknown, right?: unknown) => number(left) * number(right ?? 1);
    const compare = (left: unknown, right: unknown) => both(left, right) === 1 && force();
    const run = compileByFiltrex(translated, {
      customProp: () => 1,
      operators: {
        ...{ '+': both, '-': both, '*': both, '/': both },
        ...{ '<': compare, '<=': compare, '>': compare, '>=': compare, '==': alike, '!=': alike },
      },
      extraFunctions: { max: both },
    });
    if (typeof run({}) !== 'number') return true;
  }
  return false;
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
  ])('a yes or no may stand where one is needed: %s', (text, value) => {
    expect(valueOf(text)).toBe(value);
  });

  test('the types that are refused are those that some run of filtrex trips over', () => {
    fc.assert(
      fc.property(someText, (text) => {
        expect(isRefused(text)).toBe(tripsFiltrex(text));
      }),
      { numRuns: 500, seed },
    );
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

  test('a signal without a number is no data where it is needed, and only there', () => {
    const expression = compileExpression('waiting > 0 ? waiting : active', names);
    expect(expression.evaluate({ waiting: 5, current: 1 })).toBe(5);
    expect(expression.evaluate({ waiting: 0, current: 1 })).toBeNull();
  });

  test('tells which signals it reads', () => {
    expect(compileExpression('waiting + waiting + current * m', names).names).toEqual(['waiting', 'm']);
  });

  test.each([
    ['wating + 1', 1, 'unknown name "wating"'],
    ['1 + (wating)', 6, 'unknown name "wating"'],
    ['waiting + ', 10, 'ends too early'],
    ['', 1, 'is empty'],
    ['waiting waiting', 9, 'unexpected "waiting"'],
    ['waiting + * 2', 11, 'unexpected "*"'],
    ['(waiting', 1, '"(" is never closed'],
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
    ['waiting = 2 ? 1 : 0', 9, '"=" is not known here'],
    ['waiting % 2', 9, '"%" is not known here'],
    ['2 ^ 3', 3, '"^" is not known here'],
    ['5m + 1', 1, '"5m" is not known here'],
    ['.5', 1, '".5" is not known here'],
    ['1e3', 1, '"1e3" is not known here'],
    ['"text"', 1, 'is not known here'],
    ["'waiting'", 1, 'is not known here'],
    ['waiting.length', 8, '".length" is not known here'],
    ['waiting[0]', 8, '"[" is not known here'],
    ['waiting; 1', 8, '";" is not known here'],
    ['waiting > 1', 1, 'gives yes or no'],
    ['1 + (waiting > 1)', 5, 'a yes or no where a number is needed'],
    ['waiting > 1 ? waiting : active > 2', 25, 'mixes a number and a yes or no'],
    ['waiting > 1 ? waiting : -(active > 2)', 26, 'a yes or no where a number is needed'],
    ['waiting ? 1 : 0', 1, 'a number where a yes or no is needed'],
    [
      'm > 0 ? (waiting > 0 ? (active > 0 ? 1 : (1 + (m > active))) : 2) : 3',
      47,
      'a yes or no where a number is needed',
    ],
    ['m > 0 ? 1 : waiting > 0 ? 2 : active > 0 ? 3 : m > 1 ? 4 : (m > 2)', 60, 'mixes a number and a yes or no'],
    ['m > 0 && waiting ? 1 : 0', 10, 'a number where a yes or no is needed'],
    ['m > 0 || (active > 0 && 1) ? 1 : 0', 25, 'a number where a yes or no is needed'],
    ['!m > 1 ? 1 : 0', 2, 'a number where a yes or no is needed'],
    ['max(m, waiting > 1)', 8, 'a yes or no where a number is needed'],
    ['(m > 1) == 1 ? 1 : 0', 1, 'compares a number with a yes or no'],
    ['1 < (m > 1) ? 1 : 0', 5, 'a yes or no where a number is needed'],
    ['m > 1 ? m > 2 ? 1 : 2 > 3 : 4', 21, 'mixes a number and a yes or no'],
  ])('%s is refused at column %d: %s', (text, column, problem) => {
    const error = errorOf(text);
    expect(error.problem).toContain(problem);
    expect(error.column).toBe(column);
  });

  test.each(['constructor', '__proto__', 'toString', 'hasOwnProperty', 'this', 'process', 'globalThis', 'require'])(
    'nothing but signals can be named: %s',
    (name) => {
      expect(errorOf(name).problem).toContain('unknown name');
      expect(errorOf(`${name}(1)`).problem).toContain('unknown function');
    },
  );

  test('a word that filtrex knows can be a signal', () => {
    const expression = compileExpression('if + then * not', ['if', 'then', 'not']);
    expect(expression.evaluate({ if: 1, then: 2, not: 3 })).toBe(7);
  });

  test('an unknown name comes with the names there are', () => {
    expect(errorOf('wating').suggestion).toEqual({ name: 'wating', known: [...names, 'current'] });
  });

  test('length and depth are bounded', () => {
    expect(errorOf(`${'1 + '.repeat(400)}1`).problem).toContain('longer than 1000');
    expect(errorOf('('.repeat(40)).problem).toContain('nested deeper');
    expect(errorOf(`${'m > 1 ? '.repeat(40)}1`).problem).toContain('nested deeper');
    const deep = `${'('.repeat(30)}waiting${')'.repeat(30)}`;
    expect(valueOf(deep)).toBe(30);
  });
});
