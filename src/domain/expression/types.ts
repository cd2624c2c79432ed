/**
 * What every part of an expression gives: a number, or a yes or no. All of it is checked, also what stands in the branches
 * of choices that no sample may ever lead to. The precedence is that of filtrex, which runs the expression.
 */
import { ExpressionError } from './error.js';
import { tokensOf, type Token } from './syntax.js';

type Type = 'number' | 'yes or no';

/**
 * @param text an expression whose syntax is right
 * @throws ExpressionError where a number stands for a yes or no, or the other way round
 */
export function refuseMixedTypes(text: string): void {
  const [type, column] = new TypeReader([...tokensOf(text)]).choice();
  if (type !== 'number') throw new ExpressionError('gives yes or no where a number is needed', column);
}

/** A type, and the column where what has it begins. */
type Typed = readonly [type: Type, column: number];

const comparisons = ['==', '!=', '<', '<=', '>', '>='];

class TypeReader {
  private next = 0;

  constructor(private readonly tokens: readonly Token[]) {}

  /** `condition ? value : other` */
  choice(): Typed {
    const first = this.either();
    if (!this.takes('?')) return first;
    expect('yes or no', first);
    const [type, column] = this.choice();
    this.takes(':');
    const other = this.choice();
    if (other[0] !== type) {
      throw new ExpressionError('mixes a number and a yes or no on the two sides of ":"', other[1]);
    }
    return [type, column];
  }

  private either(): Typed {
    return this.joined(['||'], 'yes or no', () => this.joined(['&&'], 'yes or no', () => this.comparison()));
  }

  /** `a < b < c` is `a < b && b < c`. */
  private comparison(): Typed {
    let left = this.sum();
    const start = left[1];
    let isComparison = false;
    for (let sign = this.takes(...comparisons); sign !== undefined; sign = this.takes(...comparisons)) {
      const right = this.sum();
      if (sign !== '==' && sign !== '!=') [left, right].forEach((side) => expect('number', side));
      else if (left[0] !== right[0]) throw new ExpressionError('compares a number with a yes or no', left[1]);
      left = right;
      isComparison = true;
    }
    return isComparison ? ['yes or no', start] : left;
  }

  private sum(): Typed {
    return this.joined(['+', '-'], 'number', () => this.joined(['*', '/'], 'number', () => this.signed()));
  }

  private signed(): Typed {
    const column = this.peek()?.column ?? 1;
    const sign = this.takes('-', '!');
    if (sign === undefined) return this.operand();
    const type = sign === '-' ? 'number' : 'yes or no';
    expect(type, this.signed());
    return [type, column];
  }

  private operand(): Typed {
    const { kind, column } = this.take();
    if (kind === 'number') return ['number', column];
    if (kind === 'name' && this.takes('(') === undefined) return ['number', column];
    if (kind === 'name') {
      do expect('number', this.choice());
      while (this.takes(',') !== undefined);
      this.takes(')');
      return ['number', column];
    }
    const [type] = this.choice();
    this.takes(')');
    return [type, column];
  }

  /** One part, or several of one type with signs between. */
  private joined(signs: readonly string[], type: Type, part: () => Typed): Typed {
    const first = part();
    if (!signs.includes(this.peek()?.text ?? '')) return first;
    expect(type, first);
    while (this.takes(...signs) !== undefined) expect(type, part());
    return [type, first[1]];
  }

  private takes(...signs: readonly string[]): string | undefined {
    const sign = this.peek()?.text;
    if (sign === undefined || !signs.includes(sign)) return undefined;
    this.next += 1;
    return sign;
  }

  private take(): Token {
    const token = this.peek();
    if (!token) throw new Error('an expression of the right syntax has ended too early');
    this.next += 1;
    return token;
  }

  private peek(): Token | undefined {
    return this.tokens[this.next];
  }
}

function expect(type: Type, [given, column]: Typed): void {
  if (given === type) return;
  const example =
    type === 'number'
      ? 'a yes or no where a number is needed, as in 1 + (a > b)'
      : 'a number where a yes or no is needed, as in a ? 1 : 2';
  throw new ExpressionError(`has ${example}`, column);
}
