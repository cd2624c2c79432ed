/** Any metric of Azure Monitor: the newest complete interval of a platform metric or a custom metric. */
import { z } from 'zod';
import { duration } from '../../../domain/written/duration.js';
import { report } from '../../../domain/written/issue.js';
import { AzureApi } from '../../net/azure/api.js';
import { azureClouds } from '../../net/azure/clouds.js';
import { EntraAuthorization } from '../../net/azure/identity.js';
import { tlsOptions } from '../../net/tls.js';
import { emptyAsSetting } from '../empty-as.js';
import { makeSampler } from '../sampler.js';
import { defineSource } from '../source.js';
import { metricAnswer, mostSeries, newestInterval } from './metric-intervals.js';
import { advised, azureSettings } from './settings.js';

/** The time grains of Azure Monitor, in seconds. A metric supports some of them. */
const intervals = {
  ...{ '1m': 60, '5m': 300, '15m': 900, '30m': 1800 },
  ...{ '1h': 3600, '6h': 21_600, '12h': 43_200, '1d': 86_400 },
} as const;

const aggregations = ['average', 'total', 'maximum', 'minimum', 'count'] as const;

const settings = z
  .strictObject({
    resource: z
      .string()
      .regex(/^[^?#\s]+$/, { error: 'is not the ID of a resource' })
      .describe(
        'ID of the resource: "/subscriptions/.../providers/Microsoft.App/containerApps/web". With `subscription` and `resourceGroup`, only the part after `providers/`: "Microsoft.App/containerApps/web".',
      ),
    subscription: z.string().min(1).optional().describe('ID of the subscription, unless `resource` contains it.'),
    resourceGroup: z.string().min(1).optional().describe('Name of the resource group, unless `resource` contains it.'),
    metric: z
      .string()
      .regex(/^[^,]+$/, { error: 'is not the name of one metric' })
      .describe('Name of the metric in the API, such as `Requests` or `Percentage CPU`.'),
    namespace: z
      .string()
      .min(1)
      .optional()
      .describe('Namespace of the metric. Default: the platform metrics of the resource. Required for custom metrics.'),
    aggregation: z
      .enum(aggregations)
      .describe('How the values within an interval are aggregated. A metric supports some of these.'),
    interval: z
      .enum(Object.keys(intervals) as (keyof typeof intervals)[])
      .default('1m')
      .describe('Length of an interval. The newest complete interval is used.'),
    delay: duration
      .prefault('1m')
      .describe(
        'Time for which Azure Monitor may still receive values of an interval that has ended. The sum of a newer interval may be too small, so that interval is not used.',
      ),
    filter: z
      .string()
      .min(1)
      .optional()
      .describe('Filter by dimensions, in the syntax of Azure Monitor: "statusCodeCategory eq \'5xx\'".'),
    series: z
      .enum(['one', 'sum', 'average', 'max', 'min'])
      .default('one')
      .describe(
        'How several series become one number, if `filter` selects several. `one`: several series are an error.',
      ),
    emptyAs: emptyAsSetting('no recent interval has a value'),
    ...azureSettings,
  })
  .superRefine(({ resource, subscription, resourceGroup }, issues) => {
    const complain = (path: string, problem: string, fix: string) => report(issues, { path: [path], problem, fix });
    if (resource.startsWith('/')) {
      if (!/^\/subscriptions\/[^/]+\/.*\bproviders(\/[^/]+){3}/i.test(resource))
        complain('resource', 'is not the ID of a resource', 'copy the ID from `az resource show`');
      if (subscription !== undefined) complain('subscription', 'is in the ID of the resource too', 'remove it');
      if (resourceGroup !== undefined) complain('resourceGroup', 'is in the ID of the resource too', 'remove it');
      return;
    }
    if (!/^[^/]+(\/[^/]+){2,}$/.test(resource))
      complain('resource', 'is not of the form namespace/type/name', 'write Microsoft.App/containerApps/web');
    if (subscription === undefined) complain('subscription', 'is missing', 'set it, or write the whole ID in resource');
    if (resourceGroup === undefined)
      complain('resourceGroup', 'is missing', 'set it, or write the whole ID in resource');
  });

type Settings = z.output<typeof settings>;

export const azureMonitor = defineSource({
  type: 'azure-monitor',
  summary: 'The newest complete interval of a metric of Azure Monitor, of any resource in Azure.',
  settings,
  datesSamples: () => true,
  create(settings, context) {
    const { manager } = azureClouds[settings.cloud];
    const api = new AzureApi({
      url: settings.endpoint ?? manager,
      authorization: new EntraAuthorization(settings, manager),
      timeoutMs: context.timeoutMs,
      tls: tlsOptions(settings.tls),
    });
    const seconds = intervals[settings.interval];
    return makeSampler(context, {
      server: `Azure Monitor metric ${settings.metric} of ${settings.resource}`,
      emptyAs: settings.emptyAs,
      get secrets() {
        return api.secrets;
      },
      async look(signal) {
        // The current interval has only a part of its values, and a new one begins at a whole multiple of its length.
        const endMs = Math.floor((Date.now() - settings.delay) / (seconds * 1000)) * seconds * 1000;
        const request = api.json({ path: pathOf(settings), query: queryOf(settings, endMs) }, metricAnswer, signal);
        return newestInterval(await advised(advice, request), settings, { endMs, seconds });
      },
      close: async () => api.close(),
    });
  },
});

function pathOf({ resource, subscription = '', resourceGroup = '' }: Settings): string {
  const id = resource.startsWith('/')
    ? resource.split('/').slice(1)
    : ['subscriptions', subscription, 'resourceGroups', resourceGroup, 'providers', ...resource.split('/')];
  return `/${id.map(encodeURIComponent).join('/')}/providers/Microsoft.Insights/metrics`;
}

function queryOf({ metric, namespace, aggregation, interval, filter }: Settings, endMs: number) {
  const seconds = intervals[interval];
  const time = (ms: number) => new Date(ms).toISOString();
  return {
    'api-version': '2023-10-01',
    metricnames: metric,
    ...(namespace !== undefined && { metricnamespace: namespace }),
    aggregation,
    interval: seconds < 3600 ? `PT${seconds / 60}M` : seconds < 86_400 ? `PT${seconds / 3600}H` : 'P1D',
    timespan: `${time(endMs - lookBackSeconds(seconds) * 1000)}/${time(endMs)}`,
    // Without this limit Azure returns the first 10 series.
    ...(filter !== undefined && { $filter: filter, top: String(mostSeries) }),
  };
}

/** Azure publishes most metrics within 3 minutes. */
function lookBackSeconds(intervalSeconds: number): number {
  return Math.max(600, 5 * intervalSeconds);
}

const advice = {
  denied:
    'Check the identity, and that it has the permission Microsoft.Insights/metrics/read on the resource, as the role Monitoring Reader has.',
  missing: 'Check resource, subscription and resourceGroup.',
  refused: 'Check metric, namespace, aggregation, interval and filter.',
  invalid: 'Check resource and endpoint. Redirects are not followed.',
} as const;
