/** docs/metrics.md, from the definitions of the metric families. */
import { metricFamilies, type MetricFamily, type MetricOrigin } from '../src/domain/metrics.js';
import { table } from './field-table.js';

const origins: Record<MetricOrigin, { readonly title: string; readonly text: string }> = {
  watch: {
    title: 'Capacity of a resource',
    text: 'For an autoscaled resource, from the worker that watches it, as of the last evaluation. When the watch moves to another worker, the series moves with it. For a resource that is not autoscaled, from the API, as of its newest scale run: nobody reads its platform in between.',
  },
  worker: {
    title: 'Workers',
    text: 'Gauges describe the watches that run in this worker. Counters count what happened in this worker, so sum them over all workers. The counters of changes and of failed runs start at 0 for every resource of the configuration, so that an alert sees their first increase.',
  },
  api: {
    title: 'The API',
    text: 'What the API reads from Temporal when the metrics are requested, within two seconds; what it cannot read by then is shown as it was last known. Every API process shows the same.',
  },
  'every process': { title: 'Every process', text: '' },
};

export function metricsPage(): string {
  const families: readonly MetricFamily[] = Object.values(metricFamilies);
  const sections = Object.entries(origins).map(([origin, { title, text }]) => {
    const rows = families
      .filter(({ from }) => from === origin)
      .map(({ name, type, labels, help }) => [
        `\`${name}\``,
        type,
        labels.map((label) => `\`${label}\``).join(', '),
        help,
      ]);
    return `## ${title}\n\n${text}\n\n${table(['Metric', 'Type', 'Labels', 'Meaning'], rows)}`;
  });
  return `# Metrics

<!-- Made from src/domain/metrics.ts by \`npm run docs\`. Do not edit. -->

\`GET /metrics\` is served by every process, on the port of its health page: the API and \`escapement up\` on \`PORT\` (3000),
\`escapement worker\` on \`ESCAPEMENT_WORKER_PORT\` (3001). The format is Prometheus' text format, or OpenMetrics where the \`Accept\` header asks
for it. No token is required, as for \`/readyz\`: anyone who can reach the port sees the names and the capacities of the resources.
Without a token, the API accepts its IP address, localhost and the names in \`ESCAPEMENT_ALLOWED_HOSTS\`: add the name that Prometheus uses.

\`\`\`yaml
scrape_configs:
  - job_name: escapement
    static_configs: [{ targets: ['api:3000', 'worker:3001'] }]
\`\`\`

Every label has a bounded set of values: names in the configuration, and words of Escapement.

${sections.join('\n\n')}

## The Temporal SDK and Node.js

The page of a worker also has [the metrics of the Temporal SDK](https://docs.temporal.io/references/sdk-metrics), with durations in seconds and
\`_total\` in the names of counters, for example \`temporal_workflow_task_schedule_to_start_latency_seconds\`,
\`temporal_activity_schedule_to_start_latency_seconds\`, \`temporal_sticky_cache_size\` and \`temporal_request_failure_total\`. Every page has
\`process_*\` and \`nodejs_*\`: processor time, memory, the lag of the event loop and garbage collection.
`;
}
