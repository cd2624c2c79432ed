import { expect, it } from '@jest/globals';
import { metricFamilies as families, type MetricFamily } from '../../src/domain/metrics.js';
import { Metrics } from '../../src/metrics/metrics.js';

const openMetrics = 'application/openmetrics-text; version=1.0.0, text/plain; q=0.5';

async function linesOf(metrics: Metrics, accept?: string): Promise<string[]> {
  const { text } = await metrics.page(accept);
  return text.split('\n').filter((line) => line.includes('escapement_'));
}

it('a page is in the format that the request accepts, and both formats have the same series', async () => {
  const metrics = new Metrics();
  metrics.add(families.steps, { resource: 'web', direction: 'up' }, 2);
  const [asText, asOpenMetrics, again] = await Promise.all([
    metrics.page(),
    metrics.page(openMetrics),
    metrics.page('text/plain'),
  ]);
  expect(asText.contentType).toMatch(/^text\/plain; version=0\.0\.4/);
  expect(asText.text).toContain('# TYPE escapement_steps_total counter');
  expect(asOpenMetrics.contentType).toMatch(/^application\/openmetrics-text; version=1\.0\.0/);
  expect(asOpenMetrics.text).toContain('# TYPE escapement_steps counter');
  expect(asOpenMetrics.text.endsWith('\n# EOF\n')).toBe(true);
  expect(again.text).toContain('# TYPE escapement_steps_total counter');
  for (const { text } of [asText, asOpenMetrics, again])
    expect(text).toContain('escapement_steps_total{resource="web",direction="up"} 2');
});

it('a resource that no longer exists has no gauge, and two pages at the same time do not mix', async () => {
  const metrics = new Metrics();
  const capacities = new Map([
    ['web', 3],
    ['worker', 5],
  ]);
  metrics.collect(() => {
    for (const [resource, capacity] of capacities) metrics.set(families.desiredCapacity, { resource }, capacity);
  });
  const pages = await Promise.all([linesOf(metrics), linesOf(metrics)]);
  for (const page of pages)
    expect(page).toEqual(
      expect.arrayContaining([
        'escapement_desired_capacity{resource="web"} 3',
        'escapement_desired_capacity{resource="worker"} 5',
      ]),
    );
  capacities.delete('web');
  expect((await linesOf(metrics)).filter((line) => line.includes('"web"'))).toEqual([]);
});

it('two collectors that know the same resource give it one series, with the value of the later one', async () => {
  const metrics = new Metrics();
  metrics.collect(() => metrics.set(families.desiredCapacity, { resource: 'web' }, 3));
  metrics.collect(() => metrics.set(families.desiredCapacity, { resource: 'web' }, 4));
  const series = (await linesOf(metrics)).filter((line) => line.startsWith('escapement_desired_capacity{'));
  expect(series).toEqual(['escapement_desired_capacity{resource="web"} 4']);
});

it('what has to be read elsewhere is read before the page is made', async () => {
  const metrics = new Metrics();
  let value = 0;
  metrics.collect(
    () => metrics.set(families.temporalReachable, {}, value),
    async () => {
      await Promise.resolve();
      value = 1;
    },
  );
  expect(await linesOf(metrics)).toContain('escapement_temporal_reachable 1');
});

it('the value of a label is escaped, and a histogram has its buckets, sum and count', async () => {
  const metrics = new Metrics();
  metrics.add(families.signalErrors, { resource: 'web', signal: 'a "b"\\\nc' });
  metrics.record(families.sampleDuration, { source: 'sqs' }, 0.02);
  const lines = await linesOf(metrics);
  expect(lines).toContain('escapement_signal_errors_total{resource="web",signal="a \\"b\\"\\\\\\nc"} 1');
  expect(lines).toEqual(
    expect.arrayContaining([
      'escapement_signal_sample_duration_seconds_bucket{le="0.01",source="sqs"} 0',
      'escapement_signal_sample_duration_seconds_bucket{le="+Inf",source="sqs"} 1',
      'escapement_signal_sample_duration_seconds_sum{source="sqs"} 0.02',
      'escapement_signal_sample_duration_seconds_count{source="sqs"} 1',
    ]),
  );
});

it('a counter that starts at 0 is visible before it counts', async () => {
  const metrics = new Metrics();
  metrics.add(families.runs, { resource: 'web', outcome: 'ChangeFailed' }, 0);
  expect(await linesOf(metrics)).toContain('escapement_runs_total{resource="web",outcome="ChangeFailed"} 0');
});

it.each(Object.values(families).map((family: MetricFamily) => [family.name, family] as const))(
  '%s is named as Prometheus recommends',
  (name, { type, labels, buckets }) => {
    expect(name).toMatch(/^escapement_[a-z_]+$/);
    expect(name.endsWith('_total')).toBe(type === 'counter');
    if (type === 'histogram') expect([name.endsWith('_seconds'), buckets !== undefined]).toEqual([true, true]);
    for (const label of labels) expect(label).toMatch(/^[a-z][a-z_]*$/);
    // Of labels with unbounded values, each value makes a series that stays.
    expect(labels.filter((label) => /id$|message|reason|path$|url/.test(label))).toEqual([]);
  },
);
