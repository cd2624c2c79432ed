/** What the SDK reports becomes metrics of this process. */
import { expect, it, jest } from '@jest/globals';
import type { BufferedMetricUpdate } from '@temporalio/worker';
import { pino } from 'pino';
import { Metrics } from '../../src/metrics/metrics.js';
import { TemporalMetrics } from '../../src/worker/temporal-metrics.js';

interface Update {
  readonly name: string;
  readonly kind: string;
  readonly unit?: string;
  readonly value: number;
  readonly attributes?: Readonly<Record<string, string>>;
}

/** The lines of the page after these updates, and what was logged. */
async function pageAfter(...updates: Update[]): Promise<{ lines: string[]; logged: string[] }> {
  const logged: string[] = [];
  const metrics = new Metrics();
  const temporal = new TemporalMetrics(metrics, pino({}, { write: (line: string) => void logged.push(line) }));
  const retrieve = jest.spyOn(temporal.buffer, 'retrieveUpdates');
  retrieve.mockImplementation(() => {
    const now = updates.splice(0).map(({ value, attributes = {}, ...metric }) => ({ metric, value, attributes }));
    return (now as unknown as BufferedMetricUpdate[]).values();
  });
  temporal.start();
  const { text } = await metrics.page();
  return { lines: text.split('\n'), logged };
}

it('metrics of the SDK have the suffixes of Prometheus, and only labels with a bounded set of values', async () => {
  const attributes = { task_queue: 'escapement', service_name: 'x', workflow_id: 'scale:web' };
  const { lines } = await pageAfter(
    { name: 'temporal_request', kind: 'counter', value: 2, attributes },
    { name: 'temporal_request', kind: 'counter', value: 1, attributes },
    { name: 'temporal_request_latency', kind: 'histogram', unit: 's', value: 0.02, attributes },
    { name: 'temporal_num_pollers', kind: 'gauge', value: 5, attributes },
    { name: 'temporal_num_pollers', kind: 'gauge', value: 4, attributes },
    { name: 'temporal_open', kind: 'up-down-counter', value: 2 },
    { name: 'temporal_open', kind: 'up-down-counter', value: -1 },
  );
  expect(lines).toEqual(
    expect.arrayContaining([
      'temporal_request_total{task_queue="escapement"} 3',
      'temporal_request_latency_seconds_count{task_queue="escapement"} 1',
      'temporal_num_pollers{task_queue="escapement"} 4',
      'temporal_open 1',
    ]),
  );
});

it('what workflows and activities count through the meter of the SDK is counted under our definitions', async () => {
  const { lines } = await pageAfter(
    {
      name: 'escapement_changes_total',
      kind: 'counter',
      value: 1,
      attributes: {
        resource: 'web',
        direction: 'up',
        outcome: 'accepted',
        namespace: 'default',
        workflowType: 'scale',
      },
    },
    { name: 'escapement_evaluation_duration_seconds', kind: 'histogram', unit: 's', value: 0.2 },
  );
  expect(lines).toContain('escapement_changes_total{resource="web",direction="up",outcome="accepted"} 1');
  expect(lines).toContain('escapement_evaluation_duration_seconds_bucket{le="0.25"} 1');
});

it('an update that cannot be recorded is logged once, and all others are recorded', async () => {
  const { lines, logged } = await pageAfter(
    { name: 'not a name', kind: 'counter', value: 1 },
    { name: 'temporal_request', kind: 'counter', value: -1 },
    { name: 'temporal_request', kind: 'counter', value: 1 },
  );
  expect(lines).toContain('temporal_request_total 1');
  expect(logged).toHaveLength(1);
  expect(logged[0]).toContain('Metrics of the Temporal SDK are incomplete');
});
