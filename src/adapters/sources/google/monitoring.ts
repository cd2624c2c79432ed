/** Google Cloud Monitoring: any metric by a filter, a metric of Cloud Run by a short name, or a PromQL query. */
import { z } from 'zod';
import { report } from '../../../domain/written/issue.js';
import type { Answer } from '../../net/http/request.js';
import { AdapterError } from '../../net/errors.js';
import { acceptedByGoogle } from '../../net/google/answer.js';
import type { GoogleApi } from '../../net/google/api.js';
import { emptyAsSetting } from '../empty-as.js';
import { promResult } from '../prometheus.js';
import { makeSampler } from '../sampler.js';
import { defineSource } from '../source.js';
import { GoogleReader, googleSettings, metricAdvice } from './access.js';
import { cloudRunQuestion, cloudRunSettings, overlookedBy } from './cloud-run.js';
import { aligners, newestValue, reducers } from './time-series.js';

/** Google accepts no shorter period. */
const periodSeconds = { '1m': 60, '2m': 120, '5m': 300, '10m': 600, '15m': 900, '30m': 1800, '1h': 3600 } as const;

const settings = z
  .strictObject({
    cloudRun: cloudRunSettings
      .optional()
      .describe('A metric of a Cloud Run service. Set one of `cloudRun`, `filter` and `query`.'),
    filter: z
      .string()
      .regex(/metric\.type\s*=/, { error: 'selects no metric: it needs metric.type = "..."' })
      .optional()
      .describe(
        'Monitoring filter with the type of one metric: `metric.type="compute.googleapis.com/instance/cpu/utilization" AND resource.labels.zone="europe-west1-b"`.',
      ),
    query: z
      .string()
      .min(1)
      .optional()
      .describe(
        'PromQL query with one number as result, as for the source `prometheus`. For Managed Service for Prometheus.',
      ),
    aligner: z
      .enum(aligners)
      .optional()
      .describe(
        'With `filter`: how the points of a series in one period become one value. `RATE`: increase per second of a counter. A distribution counts as its mean. Default: `MEAN`.',
      ),
    period: z
      .enum(Object.keys(periodSeconds) as (keyof typeof periodSeconds)[])
      .optional()
      .describe(
        'With `filter`: alignment period, at least the interval at which the metric is written. Default: `1m`.',
      ),
    reducer: z
      .enum(reducers)
      .optional()
      .describe('With `filter`: how Google combines the series of each group. Default: it returns each series.'),
    groupBy: z
      .array(z.string().min(1))
      .min(1)
      .optional()
      .describe('With `reducer`: the labels that form a group, such as `resource.labels.zone`. Default: one group.'),
    series: z
      .enum(['one', 'sum', 'max', 'min', 'average'])
      .optional()
      .describe(
        'With `filter` or `query`: how several series become one number. `one`: several series are an error. Default: `one`.',
      ),
    emptyAs: emptyAsSetting('there is no point in the last minutes, as for requests while there are none'),
    ...googleSettings,
  })
  .superRefine(({ cloudRun, filter, query, ...given }, issues) => {
    const chosen = Object.entries({ cloudRun, filter, query }).flatMap(([name, value]) =>
      value === undefined ? [] : [name],
    );
    const [first, second] = chosen;
    const fix = 'set one of cloudRun, filter and query';
    if (first === undefined) report(issues, { path: ['filter'], problem: 'is missing', fix });
    if (second !== undefined)
      report(issues, { path: [second], problem: `cannot be combined with ${first ?? ''}`, fix });
    const onlyFor = {
      aligner: ['filter'],
      period: ['filter'],
      reducer: ['filter'],
      groupBy: ['filter'],
      series: ['filter', 'query'],
    };
    for (const [name, owners] of Object.entries(onlyFor)) {
      if (given[name as keyof typeof onlyFor] === undefined || first === undefined || owners.includes(first)) continue;
      report(issues, { path: [name], problem: `has no effect with ${first}`, fix: `remove ${name}` });
    }
    if (given.groupBy !== undefined && given.reducer === undefined)
      report(issues, { path: ['groupBy'], problem: 'requires reducer', fix: 'set reducer, or remove groupBy' });
  });

type Settings = z.output<typeof settings>;

export const googleCloudMonitoring = defineSource({
  type: 'google-cloud-monitoring',
  summary:
    'A metric of Google Cloud Monitoring, such as the requests of a Cloud Run service, or the result of a PromQL query.',
  settings,
  datesSamples: ({ query }) => query === undefined,
  overlooks: ({ cloudRun }) =>
    typeof cloudRun === 'object' && cloudRun !== null && 'measure' in cloudRun
      ? overlookedBy(cloudRun.measure)
      : undefined,
  create(settings, context) {
    const reader = new GoogleReader(settings, context.timeoutMs);
    return makeSampler(context, {
      server: `Cloud Monitoring of project ${settings.project}`,
      get secrets() {
        return reader.secrets;
      },
      emptyAs: settings.emptyAs,
      look: (signal) => reader.advised(metricAdvice, (api) => valueOf(api, settings, signal)),
      close: async () => reader.close(),
    });
  },
});

async function valueOf(api: GoogleApi, settings: Settings, signal: AbortSignal) {
  const { project, cloudRun, query } = settings;
  if (query !== undefined) return promResult(await asked(api, project, query, signal), settings.series ?? 'one');
  if (cloudRun !== undefined) {
    const { question, factor } = cloudRunQuestion(project, cloudRun);
    const { value, ...dated } = await newestValue(api, question, Date.now(), signal);
    return { value: value * factor, ...dated };
  }
  const { filter = '', aligner = 'MEAN', period = '1m', series = 'one', reducer, groupBy } = settings;
  const question = { project, filter, aligner, periodSeconds: periodSeconds[period], reducer, groupBy, series };
  return newestValue(api, question, Date.now(), signal);
}

async function asked(api: GoogleApi, project: string, query: string, signal: AbortSignal): Promise<Answer> {
  const path = `/v1/projects/${encodeURIComponent(project)}/location/global/prometheus/api/v1/query`;
  const { result, request } = await api.ask({ path, form: { query } }, signal);
  // For an invalid query, the response has the form of Prometheus. An error of Google has another form.
  if (result.kind === 'answered' && (result.status === 400 || result.status === 422))
    return checkedQuery(result, request);
  return acceptedByGoogle(result, request);
}

/** @throws AdapterError */
function checkedQuery(answer: Answer, request: string): Answer {
  try {
    promResult(answer, 'one');
  } catch (error) {
    if (error instanceof AdapterError && error.code === 'failed') throw error;
  }
  return acceptedByGoogle(answer, request);
}
