import { parseTrace } from '../../src/backtest/trace.js';
import { TraceReader } from '../../src/backtest/trace-reader.js';

const parse = (...lines: string[]) => parseTrace(['time,value', ...lines].join('\n'), 'load.csv');

describe('a trace', () => {
  test('takes seconds, and ISO 8601 with a zone or in UTC', () => {
    const trace = parse('2026-01-01T00:00:00Z,1', '2026-01-01T00:00:30,2', '2026-01-01T02:01:00+02:00,3');
    expect(trace.timesMs.map((atMs) => atMs - Date.parse('2026-01-01T00:00:00Z'))).toEqual([0, 30_000, 60_000]);
    expect(parse('0,1', '1.5,2').timesMs).toEqual([0, 1500]);
    expect(parse('2026-01-01,1').timesMs).toEqual([Date.parse('2026-01-01T00:00:00Z')]);
  });

  test('takes the line ends and the mark of other systems, and blank lines', () => {
    expect(parseTrace('\uFEFFtime,value\r\n0,1\r\n\r\n15,2\r\n', 'load.csv').values).toEqual([1, 2]);
  });

  test('reads what is empty, NaN or infinite as no data', () => {
    expect(parse('0,', '1,NaN', '2,nan', '3,+Inf', '4,-1').values).toEqual([NaN, NaN, NaN, NaN, -1]);
  });

  test.each([
    [['0;1'], 'load.csv:2: "0;1" has no comma'],
    [['0,1', 'noon,2'], 'load.csv:3: "noon" is not a time'],
    [['2026-13-01T00:00:00Z,1'], 'load.csv:2: "2026-13-01T00:00:00Z" is not a time'],
    [['0,1', '', '15,many'], 'load.csv:4: "many" is not a number'],
    [['0,0x10'], 'load.csv:2: "0x10" is not a number'],
    [['15,1', '0,2'], 'load.csv:3: the time is earlier than on the line before'],
    [[], 'load.csv: contains no samples'],
  ])('%j is refused: %s', (lines, message) => {
    expect(() => parse(...lines)).toThrow(message);
  });

  test('a refusal keeps its fix apart from what the file says', () => {
    const told = { file: 'load.csv', line: 2, problem: '"a; b" has no comma', fix: 'write time,value' };
    expect(() => parse('a; b')).toThrow(expect.objectContaining({ told }) as Error);
  });

  test('without its header it is refused', () => {
    expect(() => parseTrace('0,1\n15,2', 'load.csv')).toThrow('load.csv:1: the first line must be "time,value"');
  });

  test('is read as a source would have answered: the newest sample, while it is fresh', () => {
    const reader = new TraceReader(parse('10,1', '20,2', '20,3', '30,', '100,5'), { maxAgeMs: 45_000 });
    const answers = [0, 10, 19.999, 20, 30, 100, 145, 145.001].map((second) => reader.readAt(second * 1000));
    expect(answers).toEqual([
      { failure: 'no sample yet' },
      { value: 1, atMs: 10_000 },
      { value: 1, atMs: 10_000 },
      { value: 3, atMs: 20_000 },
      { failure: 'no data at that time' },
      { value: 5, atMs: 100_000 },
      { value: 5, atMs: 100_000 },
      { failure: 'the newest sample is too old' },
    ]);
  });

  test.each([
    ['a number', 7, [7, 7, 0]],
    ['zero for one', 0, [0, 0, 0]],
    ['nothing', undefined, [null, null, 0]],
    ['zero for no data', 'noData', [null, null, null]],
  ] as const)('what is empty counts as the signal has it: %s', (_, emptyAs, expected) => {
    const reader = new TraceReader(parse('0,', '10,NaN', '20,0'), { maxAgeMs: 5000, emptyAs });
    const answers = [0, 10_000, 20_000].map((atMs) => reader.readAt(atMs));
    expect(answers.map((answer) => ('value' in answer ? answer.value : null))).toEqual(expected);
  });
});
