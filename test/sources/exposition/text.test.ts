import { describe, expect, it } from '@jest/globals';
import { type ExpositionFormat, identityOf, pointsIn } from '../../../src/adapters/sources/exposition/text.js';

const all = () => true;
const read = (text: string, format: ExpositionFormat = 'prometheus') =>
  pointsIn(text, format, all).map(({ name, labels, value, atMs }) => [
    name,
    Object.fromEntries(labels),
    value,
    ...(atMs === undefined ? [] : [atMs]),
  ]);
const openMetrics = (text: string) => read(text, 'openMetrics');

describe('the example of the Prometheus text format', () => {
  // https://prometheus.io/docs/instrumenting/exposition_formats/#text-format-example
  const example = `# HELP http_requests_total The total number of HTTP requests.
# TYPE http_requests_total counter
http_requests_total{method="post",code="200"} 1027 1395066363000
http_requests_total{method="post",code="400"}    3 1395066363000

# Escaping in label values:
msdos_file_access_time_seconds{path="C:\\\\DIR\\\\FILE.TXT",error="Cannot find file:\\n\\"FILE.TXT\\""} 1.458255915e9

# Minimalistic line:
metric_without_timestamp_and_labels 12.47

# A weird metric from before the epoch:
something_weird{problem="division by zero"} +Inf -3982045

# A histogram, which has a pretty complex representation in the text format:
# HELP http_request_duration_seconds A histogram of the request duration.
# TYPE http_request_duration_seconds histogram
http_request_duration_seconds_bucket{le="0.05"} 24054
http_request_duration_seconds_bucket{le="+Inf"} 144320
http_request_duration_seconds_sum 53423
http_request_duration_seconds_count 144320

# Finally a summary, which has a complex representation, too:
# TYPE rpc_duration_seconds summary
rpc_duration_seconds{quantile="0.01"} 3102
rpc_duration_seconds_sum 1.7560473e+07
rpc_duration_seconds_count 2693
`;
  const points = [
    ['http_requests_total', { method: 'post', code: '200' }, 1027, 1_395_066_363_000],
    ['http_requests_total', { method: 'post', code: '400' }, 3, 1_395_066_363_000],
    [
      'msdos_file_access_time_seconds',
      { path: 'C:\\DIR\\FILE.TXT', error: 'Cannot find file:\n"FILE.TXT"' },
      1_458_255_915,
    ],
    ['metric_without_timestamp_and_labels', {}, 12.47],
    ['something_weird', { problem: 'division by zero' }, Infinity, -3_982_045],
    ['http_request_duration_seconds_bucket', { le: '0.05' }, 24_054],
    ['http_request_duration_seconds_bucket', { le: '+Inf' }, 144_320],
    ['http_request_duration_seconds_sum', {}, 53_423],
    ['http_request_duration_seconds_count', {}, 144_320],
    ['rpc_duration_seconds', { quantile: '0.01' }, 3102],
    ['rpc_duration_seconds_sum', {}, 17_560_473],
    ['rpc_duration_seconds_count', {}, 2693],
  ];

  it('is read whole', () => {
    expect(read(example)).toEqual(points);
  });

  it('is read the same with CRLF', () => {
    expect(read(example.replaceAll('\n', '\r\n'))).toEqual(points);
  });

  it('is read the same without the last line feed', () => {
    expect(read(example.trimEnd())).toEqual(points);
  });
});

describe('OpenMetrics', () => {
  it('has counters with _total and _created, exemplars, and timestamps in seconds', () => {
    const text = `# TYPE foo counter
# UNIT foo_seconds seconds
# HELP foo A counter with \\"quotes\\".
foo_total{a="b"} 17.0 1520879607.789 # {trace_id="KOO5S4vxi0o"} 0.67 1520879607.7
foo_created{a="b"} 1520430000.123
# TYPE bar histogram
bar_bucket{le="0.01"} 0
bar_bucket{le="10.0"} 17 # {trace_id="oHg5SJYRHA0",span="a } b # c"} 9.8 1520879607.789
bar_bucket{le="+Inf"} 17 # {} 9.8
bar_count 17
bar_sum 324789.3
bar_gsum NaN
# EOF
`;
    expect(openMetrics(text)).toEqual([
      ['foo_total', { a: 'b' }, 17, 1_520_879_607_789],
      ['foo_created', { a: 'b' }, 1_520_430_000.123],
      ['bar_bucket', { le: '0.01' }, 0],
      ['bar_bucket', { le: '10.0' }, 17],
      ['bar_bucket', { le: '+Inf' }, 17],
      ['bar_count', {}, 17],
      ['bar_sum', {}, 324_789.3],
      ['bar_gsum', {}, NaN],
    ]);
  });

  it.each([
    ['without # EOF', 'foo 1\n', 'not complete'],
    ['with nothing at all', '', 'not complete'],
    ['with a line after # EOF', 'foo 1\n# EOF\nbar 2\n', 'line 3'],
    ['with a comment after # EOF', '# EOF\n# EOF\n', 'line 2'],
    ['that was cut within a line', 'foo 1\nbar{a="b', 'line 2'],
  ])('%s is refused', (_name, text, said) => {
    expect(() => openMetrics(text)).toThrow(said);
  });

  it('# EOF is a comment of the text format', () => {
    expect(read('# EOF\nfoo 1\n')).toEqual([['foo', {}, 1]]);
  });
});

describe('a line', () => {
  it.each([
    ['without a space before the braces', 'a{b="c"} 1', ['a', { b: 'c' }, 1]],
    ['with spaces and tabs everywhere', ' \ta\t{ b = "c" ,\td = "e" }\t1  2 ', ['a', { b: 'c', d: 'e' }, 1, 2]],
    ['with empty braces', 'a{} 1', ['a', {}, 1]],
    ['with a comma after the last label', 'a{b="c",} 1', ['a', { b: 'c' }, 1]],
    ['with an empty label', 'a{b=""} 1', ['a', { b: '' }, 1]],
    ['with braces, commas, signs and quotes in a label', 'a{b="}, # {\\"x\\"= 2"} 1', ['a', { b: '}, # {"x"= 2' }, 1]],
    ['with a backslash before n', 'a{b="\\\\n"} 1', ['a', { b: '\\n' }, 1]],
    ['with an escape that the format does not have', 'a{b="\\d"} 1', ['a', { b: '\\d' }, 1]],
    ['with letters of any language in a label', 'a{b="größe 大"} 1', ['a', { b: 'größe 大' }, 1]],
    ['with a colon in its name', 'job:a:sum 1', ['job:a:sum', {}, 1]],
    ['with a quoted name', '{"queue.depth",b="c"} 1', ['queue.depth', { b: 'c' }, 1]],
    ['with a quoted name of a label', 'a{"b.c"="d"} 1', ['a', { 'b.c': 'd' }, 1]],
    ['with no space after the braces', 'a{b="c"}1', ['a', { b: 'c' }, 1]],
    ['that is negative', 'a -1.5e-3', ['a', {}, -0.0015]],
    ['without digits before the point', 'a .5', ['a', {}, 0.5]],
    ['that is not a number, which is a number', 'a NaN', ['a', {}, NaN]],
    ['that is infinite', 'a -Inf', ['a', {}, -Infinity]],
    ['that is infinite without a sign', 'a Inf', ['a', {}, Infinity]],
  ])('%s', (_name, line, point) => {
    expect(read(`${line}\n`)).toEqual([point]);
  });

  it.each([
    ['without a value', 'a'],
    ['without a value behind braces', 'a{b="c"}'],
    ['with a word as value', 'a b'],
    ['with a hexadecimal value', 'a 0x10'],
    ['with an empty exponent', 'a 1e'],
    ['with a fraction of a millisecond', 'a 1 2.5'],
    ['with a fourth word', 'a 1 2 3'],
    ['with an exemplar, which only OpenMetrics has', 'a 1 # {b="c"} 1'],
    ['with a label without quotes', 'a{b=c} 1'],
    ['with a label without a value', 'a{b} 1'],
    ['with the same label twice', 'a{b="c",b="d"} 1'],
    ['with two names', 'a{"b"} 1'],
    ['with no name', '{b="c"} 1'],
    ['without a comma between labels', 'a{b="c"d="e"} 1'],
    ['with braces that do not end', 'a{b="c" 1'],
    ['with a quote that does not end', 'a{b="c} 1'],
    ['with a digit at the start', '1a 1'],
    ['with a hyphen in its name', 'a-b 1'],
    ['of HTML', '<html>'],
    ['of JSON', '{"depth": 3}'],
  ])('%s is refused, and its content is not in the message', (_name, line) => {
    expect(() => read(`good 1\n${line}\n`)).toThrow(/line 2\)\. Check url\.$/);
  });
});

it('of an unwanted name only the name is parsed', () => {
  const text = 'a_total 1\na{b="\n a 2\naa 3\nb oops\n';
  expect(pointsIn(text, 'prometheus', (name) => name === 'aa').map(({ value }) => value)).toEqual([3]);
  expect(() => pointsIn(text, 'prometheus', (name) => name === 'a')).toThrow('line 2');
});

it('a series is the same in any order of its labels, and another with other values', () => {
  const [one, same, other, unlike] = pointsIn(
    'a{b="1",c="2"} 1\na{c="2",b="1"} 1\na{b="1",c="3"} 1\na{b="1\\",\\"c=2"} 1',
    'prometheus',
    all,
  );
  expect(identityOf(same!)).toBe(identityOf(one!));
  expect(new Set([one!, other!, unlike!].map(identityOf)).size).toBe(3);
});

it('100,000 lines of which one is wanted are read in less than a second', () => {
  const page = Array.from(
    { length: 100_000 },
    (_, at) => `other_metric_${at % 50}{path="/a/${at}",code="200"} ${at}`,
  ).join('\n');
  const startedAtMs = performance.now();
  expect(pointsIn(`${page}\nwanted 7\n`, 'prometheus', (name) => name === 'wanted')).toHaveLength(1);
  expect(performance.now() - startedAtMs).toBeLessThan(1_000);
});
