/** Any external scaler of KEDA, as KEDA calls it. */
import { z } from 'zod';
import { report } from '../../../domain/written/issue.js';
import { AdapterError } from '../../net/errors.js';
import { withoutSecrets } from '../../net/secrets.js';
import { tlsSettings } from '../../net/tls.js';
import { emptyAsSetting } from '../empty-as.js';
import { ReusableConnection } from '../reusable-connection.js';
import { makeSampler } from '../sampler.js';
import { defineSource } from '../source.js';
import { ActivityStream } from './activity-stream.js';
import type { ScaledObject, ScalerCall, ScalerClient } from './scaler-client.js';

const settings = z
  .strictObject({
    address: z
      .string()
      .regex(/^[^\s/]+:\d+$/, { error: 'is not host:port' })
      .describe('Address of the scaler, `scalerAddress` in KEDA: "my-scaler.shop:6000".'),
    metadata: z
      .record(z.string(), z.string())
      .default({})
      .describe(
        'What the scaler needs to know, as in the `metadata` of a trigger. Escapement adds `scalerAddress`, as KEDA does. The values are treated as secrets.',
      ),
    metric: z
      .string()
      .min(1)
      .optional()
      .describe('Name of the metric. Default: the only metric of the scaler, which it reports.'),
    measure: z
      .enum(['metric', 'active'])
      .default('metric')
      .describe('`metric`: the value of the metric. `active`: 1 if the scaler reports that it is active, otherwise 0.'),
    push: z
      .boolean()
      .default(false)
      .describe(
        'Keeps the stream `StreamIsActive` open, so that a sample is taken when the scaler becomes active or inactive, and not at the end of `interval`.',
      ),
    name: z
      .string()
      .min(1)
      .optional()
      .describe('Name of the scaled object that the scaler receives. Default: the name of the signal.'),
    namespace: z.string().min(1).default('default').describe('Namespace that the scaler receives.'),
    emptyAs: emptyAsSetting('the scaler returns no value'),
    tls: tlsSettings
      .optional()
      .describe(
        'TLS settings. An empty mapping (`tls: {}`) turns TLS on with the certificate authorities of Node. From Node 26, `serverName` is required where the address is an IP address.',
      ),
  })
  .superRefine(({ metric, measure }, issues) => {
    if (metric === undefined || measure === 'metric') return;
    report(issues, {
      path: ['metric'],
      problem: 'has no effect with measure: active',
      fix: 'remove metric or measure',
    });
  });

type Settings = z.output<typeof settings>;

export const kedaExternal = defineSource({
  type: 'keda-external',
  summary: 'The metric of an external scaler that was written for KEDA. KEDA itself is not needed.',
  settings,
  create(settings, context) {
    const { timeoutMs } = context;
    const connection = new ReusableConnection<OpenScaler>({
      async open(_lost, abandoned) {
        // gRPC and the messages are loaded only in processes with such a source.
        const { ScalerClient } = await import('./scaler-client.js');
        const client = new ScalerClient(settings.address, settings.tls);
        abandoned.addEventListener('abort', () => client.close());
        return { client, metric: settings.metric };
      },
      isHarmless: (error) => error instanceof AdapterError && error.code !== 'unreachable' && error.code !== 'timeout',
    });
    const scaledObject = {
      name: settings.name ?? context.signal,
      namespace: settings.namespace,
      scalerMetadata: { scalerAddress: settings.address, ...settings.metadata },
    };
    const stream = new ActivityStream((signal) => activityOf(settings, scaledObject, signal));
    const measure = settings.measure === 'active' ? measureActivity : measureMetric;
    const secrets = [...Object.values(settings.metadata), settings.tls?.key];
    return makeSampler(context, {
      server: `external scaler at ${settings.address}`,
      secrets,
      emptyAs: settings.emptyAs,
      async look(signal) {
        const value = await connection.use(signal, (scaler) => measure(scaler, scaledObject, { signal, timeoutMs }));
        return stream.problem === undefined ? { value } : { value, note: noteOf(stream.problem, secrets) };
      },
      ...(settings.push && { onPush: (listener: () => void) => stream.subscribe(listener) }),
      async close() {
        stream.close();
        connection.close();
      },
    });
  },
});

/** A connection of its own for each attempt: a sample that times out must not end the stream. */
async function* activityOf({ address, tls }: Settings, object: ScaledObject, signal: AbortSignal) {
  const { ScalerClient } = await import('./scaler-client.js');
  const client = new ScalerClient(address, tls);
  try {
    yield* client.activity(object, signal);
  } finally {
    client.close();
  }
}

/** The text may quote the scaler, which knows the metadata. */
function noteOf(problem: string, secrets: readonly (string | undefined)[]): string {
  return withoutSecrets(`no push arrives, so that changes are noticed after interval: ${problem}`, secrets);
}

interface OpenScaler {
  readonly client: ScalerClient;
  /** The setting, or the name that the scaler has reported. */
  metric: Settings['metric'];
}

async function measureActivity({ client }: OpenScaler, object: ScaledObject, call: ScalerCall): Promise<number> {
  return (await client.isActive(object, call)) ? 1 : 0;
}

/** As with KEDA: the HPA adds all values that the scaler returns, whatever their names. */
async function measureMetric(scaler: OpenScaler, object: ScaledObject, call: ScalerCall): Promise<number> {
  const metric = (scaler.metric ??= await onlyMetric(scaler, object, call));
  const values = await scaler.client.metricValues(object, metric, call);
  if (values.length === 0) throw new AdapterError('noData', 'returned no value. Check metric and metadata.');
  return values.reduce((sum, value) => sum + value, 0);
}

async function onlyMetric({ client }: OpenScaler, object: ScaledObject, call: ScalerCall): Promise<string> {
  const names = await client.metricNames(object, call);
  const [only, ...others] = names;
  if (only === undefined) throw new AdapterError('missing', 'reports no metric. Check metadata.');
  if (others.length === 0) return only;
  throw new AdapterError('malformed', `reports ${names.length} metrics. Set metric to the name of one.`);
}
