/** The dashboard of all resources: what needs attention, and where. */
import type { Builder } from '@grafana/grafana-foundation-sdk/cog';
import type { Dashboard, Panel } from '@grafana/grafana-foundation-sdk/dashboard';
import { PanelBuilder as TablePanel } from '@grafana/grafana-foundation-sdk/table';
import { addRow, baseDashboard, finish, resourceUid } from './base.js';
import { barPanel, linePanel, numberPanel, statePanel, tableQuery, titled } from './panels.js';
import { calls, happened, latest, p95, rate, series } from './queries.js';

const byResource = ['resource'];
/** A count of nothing has no series, and is shown as 0. */
const orNone = ' or vector(0)';

export function fleetDashboard(): Dashboard {
  const made = baseDashboard({ title: 'Escapement: fleet', uid: 'escapement-fleet' });
  addRow(made, 'Now', nowPanels());
  addRow(made, 'Capacity', capacityPanels());
  addRow(made, 'Changes', changePanels());
  addRow(made, 'Signals, platforms and API', errorPanels());
  addRow(made, 'Processes', processPanels());
  return finish(made);
}

function nowPanels(): Builder<Panel>[] {
  const atMaximum = `${latest('observedCapacity', byResource)} >= ${latest('maxCapacity', byResource)}`;
  return [
    numberPanel({ title: 'Resources', query: `count(sum by (resource) (${series('changes')}))` }),
    numberPanel({
      title: 'Not watched',
      description: 'Autoscaled resources that no worker watches.',
      query: `count(${latest('autoscalerWatched', byResource)} == 0)${orNone}`,
      badFrom: 1,
    }),
    numberPanel({ title: 'Open runs', query: `count(${latest('targetCapacity', byResource)})${orNone}` }),
    numberPanel({
      title: 'Failing',
      description: 'Signals and platforms whose last read failed.',
      query: `(sum(${latest('signalFailing', ['resource', 'signal'])})${orNone}) + (sum(${latest('platformFailing', byResource)})${orNone})`,
      badFrom: 1,
    }),
    numberPanel({ title: 'At their maximum', query: `count(${atMaximum})${orNone}` }),
    numberPanel({ title: 'Paused', query: `count(${latest('paused', byResource)})${orNone}` }),
    numberPanel({
      title: 'Temporal',
      query: `min(${series('temporalReachable')})`,
      words: { '0': ['unreachable', 'red'], '1': ['reachable', 'green'] },
    }),
    numberPanel({
      title: 'Firing alerts',
      query: `count(ALERTS{alertname=~"Escapement.*", alertstate="firing"})${orNone}`,
      badFrom: 1,
    }),
  ];
}

function capacityPanels(): Builder<Panel>[] {
  const total = (metric: 'desiredCapacity' | 'observedCapacity' | 'readyCapacity') =>
    `sum(${latest(metric, byResource)})`;
  const difference = `abs(${latest('desiredCapacity', byResource)} - ${latest('observedCapacity', byResource)})`;
  return [
    linePanel({
      title: 'Capacity of all resources',
      queries: [
        { expr: total('desiredCapacity'), legend: 'desired' },
        { expr: total('observedCapacity'), legend: 'observed' },
        { expr: total('readyCapacity'), legend: 'ready' },
      ],
    }),
    linePanel({
      title: 'Desired against observed: the ten largest differences',
      queries: [{ expr: `topk(10, ${difference})`, legend: '{{resource}}' }],
    }),
    resourceTable(),
  ];
}

const columns = [
  ['minCapacity', 'min'],
  ['observedCapacity', 'observed'],
  ['readyCapacity', 'ready'],
  ['desiredCapacity', 'desired'],
  ['recommendedCapacity', 'recommended'],
  ['maxCapacity', 'max'],
] as const;

/** Each query has the name of its column: Grafana calls the column `Value #name`. */
function resourceTable(): TablePanel {
  const panel = new TablePanel();
  for (const [metric, name] of columns) panel.withTarget(tableQuery(name, latest(metric, byResource)));
  panel.withTarget(tableQuery('phase', latest('runPhase', ['resource', 'phase'])));
  const excludeByName = { Time: true, 'Value #phase': true };
  const renameByName = Object.fromEntries(columns.map(([, name]) => [`Value #${name}`, name]));
  const link = {
    title: 'Open the resource',
    url: `/d/${resourceUid}?var-resource=\${__value.raw}&\${__url_time_range}`,
  };
  panel
    .withTransformation({ id: 'merge', options: {} })
    .withTransformation({ id: 'organize', options: { excludeByName, renameByName } })
    .overrideByName('resource', [{ id: 'links', value: [link] }]);
  return titled(panel, { title: 'Resources', width: 24, height: 10 });
}

function changePanels(): Builder<Panel>[] {
  return [
    barPanel({
      title: 'Changes of capacity',
      queries: [{ expr: happened('changes', ['direction', 'outcome']), legend: '{{direction}}, {{outcome}}' }],
    }),
    barPanel({
      title: 'Scale runs that ended',
      queries: [{ expr: happened('runs', ['outcome']), legend: '{{outcome}}' }],
    }),
    linePanel({
      title: 'What limits the resources',
      description: 'The number of resources whose last evaluation was changed by each limit.',
      queries: [{ expr: `sum by (limit) (${latest('limited', ['resource', 'limit'])})`, legend: '{{limit}}' }],
    }),
    barPanel({
      title: 'Decisions by their last limit',
      queries: [{ expr: happened('decisions', ['limited_by', 'outcome']), legend: '{{limited_by}}, {{outcome}}' }],
    }),
  ];
}

function errorPanels(): Builder<Panel>[] {
  const failedSamples = rate('signalErrors', ['resource', 'signal']);
  const failedReads = rate('platformErrors', byResource);
  return [
    linePanel({
      title: 'Samples of signals that fail: the ten most frequent',
      unit: 'ops',
      queries: [{ expr: `topk(10, ${failedSamples})`, legend: '{{resource}}, {{signal}}' }],
    }),
    linePanel({
      title: 'Reads of platforms that fail: the ten most frequent',
      unit: 'ops',
      queries: [{ expr: `topk(10, ${failedReads})`, legend: '{{resource}}' }],
    }),
    linePanel({
      title: 'Duration, 95th percentile',
      unit: 's',
      queries: [
        { expr: p95('evaluationDuration', []), legend: 'evaluation' },
        { expr: p95('sampleDuration', ['source']), legend: 'sample of {{source}}' },
        { expr: p95('platformDuration', ['platform', 'operation']), legend: '{{operation}} of {{platform}}' },
      ],
    }),
    linePanel({
      title: 'Requests to the API',
      unit: 'reqps',
      queries: [{ expr: calls('httpDuration', ['status']), legend: '{{status}}' }],
    }),
  ];
}

function processPanels(): Builder<Panel>[] {
  const ofEscapement = (metric: string) => `${metric} and on (job, instance) ${series('buildInfo')}`;
  const legend = '{{job}}, {{instance}}';
  return [
    statePanel({
      title: 'Task queues that are polled',
      words: { '0': ['not polled', 'red'], '1': ['polled', 'green'] },
      queries: [{ expr: latest('taskQueuePolled', ['task_queue']), legend: '{{task_queue}}' }],
    }),
    linePanel({
      title: 'Processes by version',
      queries: [
        {
          expr: `count by (version, node) (${series('buildInfo')})`,
          legend: 'Escapement {{version}}, Node.js {{node}}',
        },
      ],
    }),
    linePanel({
      title: 'Memory',
      unit: 'bytes',
      queries: [{ expr: ofEscapement('process_resident_memory_bytes'), legend }],
    }),
    linePanel({
      title: 'CPU, in cores',
      queries: [{ expr: ofEscapement('rate(process_cpu_seconds_total[$__rate_interval])'), legend }],
    }),
  ];
}
