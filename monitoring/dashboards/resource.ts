/** The dashboard of one resource: what it should have, what it has, and why. */
import type { Builder } from '@grafana/grafana-foundation-sdk/cog';
import {
  AnnotationQueryBuilder,
  type Dashboard,
  type Panel,
  QueryVariableBuilder,
  VariableRefresh,
  VariableSort,
} from '@grafana/grafana-foundation-sdk/dashboard';
import { addRow, baseDashboard, finish, resourceUid } from './base.js';
import { barPanel, datasource, linePanel, numberPanel, statePanel, wordPanel } from './panels.js';
import { happened, latest, rate, series } from './queries.js';

const selected = 'resource="$resource"';

export function resourceDashboard(): Dashboard {
  const made = baseDashboard({ title: 'Escapement: one resource', uid: resourceUid });
  made.withVariable(
    new QueryVariableBuilder('resource')
      .label('Resource')
      .datasource(datasource)
      .query({ qryType: 1, query: `label_values(${series('changes')}, resource)`, refId: 'resource' })
      .refresh(VariableRefresh.OnTimeRangeChanged)
      .sort(VariableSort.AlphabeticalAsc),
  );
  for (const annotation of annotations()) made.annotation(annotation);
  addRow(made, 'Now', nowPanels());
  addRow(made, 'Capacity', capacityPanels());
  addRow(made, 'Signals', signalPanels());
  addRow(made, 'Changes', changePanels());
  addRow(made, 'Errors', errorPanels());
  return finish(made);
}

/** Marks each change in all graphs. */
function annotations(): AnnotationQueryBuilder[] {
  const marked = (name: string, iconColor: string, selection: string) =>
    new AnnotationQueryBuilder()
      .name(name)
      .datasource(datasource)
      .enable(true)
      .iconColor(iconColor)
      // Each mark is the minute in which the change was counted.
      .expr(`sum by (direction, outcome) (increase(${series('changes', `${selected}, ${selection}`)}[1m])) > 0`)
      .step('60s')
      .titleFormat(name)
      .textFormat('{{direction}}: {{outcome}}')
      .tagKeys('direction,outcome');
  return [
    marked('Scaled out', 'green', 'direction="up", outcome="accepted"'),
    marked('Scaled in', 'blue', 'direction="down", outcome="accepted"'),
    marked('Refused, or outcome unknown', 'red', 'outcome=~"rejected|unknown"'),
  ];
}

function nowPanels(): Builder<Panel>[] {
  const age = `time() - ${latest('lastEvaluation', ['resource'], selected)}`;
  return [
    numberPanel({ title: 'Desired', query: latest('desiredCapacity', ['resource'], selected) }),
    numberPanel({ title: 'Observed', query: latest('observedCapacity', ['resource'], selected) }),
    numberPanel({ title: 'Ready', query: latest('readyCapacity', ['resource'], selected) }),
    wordPanel({ title: 'Phase', expr: latest('runPhase', ['phase'], selected), legend: '{{phase}}' }),
    wordPanel({ title: 'Limited by', expr: latest('limited', ['limit'], selected), legend: '{{limit}}' }),
    wordPanel({ title: 'Paused', expr: latest('paused', ['direction'], selected), legend: '{{direction}}' }),
    numberPanel({ title: 'Last evaluation', description: 'How long ago.', unit: 's', query: age }),
    numberPanel({
      title: 'Watched',
      query: latest('autoscalerWatched', ['resource'], selected),
      words: { '0': ['no', 'red'], '1': ['yes', 'green'] },
    }),
  ];
}

function capacityPanels(): Builder<Panel>[] {
  const line = (metric: Parameters<typeof latest>[0], legend: string) => ({
    expr: latest(metric, ['resource'], selected),
    legend,
  });
  return [
    linePanel({
      title: 'Desired against observed and ready',
      width: 16,
      queries: [
        line('desiredCapacity', 'desired'),
        line('observedCapacity', 'observed'),
        line('readyCapacity', 'ready'),
        line('recommendedCapacity', 'recommended by the policies'),
        line('overrideCapacity', 'override'),
        line('minCapacity', 'min'),
        line('maxCapacity', 'max'),
      ],
    }),
    statePanel({
      title: 'What limited the evaluation',
      width: 8,
      words: { '1': ['changed the number', 'orange'] },
      queries: [{ expr: latest('limited', ['limit'], selected), legend: '{{limit}}' }],
    }),
  ];
}

function signalPanels(): Builder<Panel>[] {
  return [
    linePanel({
      title: 'Values',
      queries: [{ expr: latest('signalValue', ['signal'], selected), legend: '{{signal}}' }],
    }),
    linePanel({
      title: 'Age of the newest value',
      unit: 's',
      queries: [{ expr: latest('signalAge', ['signal'], selected), legend: '{{signal}}' }],
    }),
  ];
}

function changePanels(): Builder<Panel>[] {
  return [
    barPanel({
      title: 'Changes of capacity',
      queries: [
        { expr: happened('changes', ['direction', 'outcome'], selected), legend: '{{direction}}, {{outcome}}' },
      ],
    }),
    barPanel({
      title: 'Decisions by their last limit',
      queries: [
        {
          expr: happened('decisions', ['direction', 'limited_by'], selected),
          legend: '{{direction}}, limited by {{limited_by}}',
        },
      ],
    }),
    statePanel({
      title: 'Phase of the scale run',
      words: { '1': ['in this phase', 'blue'] },
      queries: [{ expr: latest('runPhase', ['phase'], selected), legend: '{{phase}}' }],
    }),
    linePanel({
      title: 'Cooldown that is left',
      unit: 's',
      queries: [{ expr: latest('cooldownLeft', ['direction'], selected), legend: '{{direction}}' }],
    }),
  ];
}

function errorPanels(): Builder<Panel>[] {
  return [
    statePanel({
      title: 'The platform and the signals',
      width: 8,
      words: { '0': ['works', 'green'], '1': ['fails', 'red'] },
      queries: [
        { expr: latest('platformFailing', ['resource'], selected), legend: 'platform' },
        { expr: latest('signalFailing', ['signal'], selected), legend: '{{signal}}' },
      ],
    }),
    linePanel({
      title: 'Failed samples and reads of the platform',
      unit: 'ops',
      width: 8,
      queries: [
        { expr: rate('signalErrors', ['signal'], selected), legend: 'sample of {{signal}}' },
        { expr: rate('platformErrors', ['resource'], selected), legend: 'read of the platform' },
      ],
    }),
    barPanel({
      title: 'Scale runs that ended',
      width: 8,
      queries: [{ expr: happened('runs', ['outcome'], selected), legend: '{{outcome}}' }],
    }),
  ];
}
