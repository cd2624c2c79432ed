import { ConfigError } from '../../src/config/problem.js';
import { parseOptions, type AutoscalerOptions } from '../../src/pool/options.js';

const valid: AutoscalerOptions = {
  name: 'analyzers',
  pool: { size: () => 2, resize: () => undefined },
  queue: { length: () => 0 },
  min: 2,
  max: 10,
};

it('has the numbers of the queue-backpressure guide where an option is absent', () => {
  expect(parseOptions(valid)).toMatchObject({
    up: { at: 50, add: 2 },
    down: { at: 10, remove: 1 },
    interval: 10_000,
    cooldown: 30_000,
  });
  expect(parseOptions({ ...valid, up: { at: 100 } }).up).toEqual({ at: 100, add: 2 });
});

it('calls the functions on the object that has them', () => {
  class Pool {
    #size = 3;
    size() {
      return this.#size;
    }
    resize(size: number) {
      this.#size = size;
    }
  }
  const { pool } = parseOptions({ ...valid, pool: new Pool() });
  expect(pool.size()).toBe(3);
});

it('names every invalid option, and what to do', () => {
  const wrong = { name: 'my pool', pool: { size: 2 }, queue: {}, min: 3, max: 2, cooldown: 30, up: { at: 5 }, mim: 1 };
  const problems = problemsOf(wrong as unknown as AutoscalerOptions);
  expect(problems).toEqual(
    expect.arrayContaining([
      expect.stringMatching(/^name: is not a valid resource name/),
      'pool: is not usable; give an object with size() and resize()',
      'queue: is not usable; give an object with length()',
      'cooldown: 30 has no unit; write 30s',
      'mim: unknown key; did you mean "min"?',
    ]),
  );
});

it('refuses bounds and thresholds that contradict each other', () => {
  expect(problemsOf({ ...valid, min: 11 })).toEqual(['min: is above max; lower min, or raise max']);
  expect(problemsOf({ ...valid, up: { at: 10 } })).toEqual([
    'down.at: must be below up.at; lower down.at, or raise up.at',
  ]);
});

function problemsOf(options: AutoscalerOptions): string[] {
  try {
    parseOptions(options);
    return [];
  } catch (error) {
    if (error instanceof ConfigError) return error.message.split('\n');
    throw error;
  }
}
