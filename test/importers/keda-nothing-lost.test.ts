/** Every field of a ScaledObject, of each trigger and of a TriggerAuthentication is in the output, or in the report. */
import { ImportError } from '../../src/importers/importer.js';
import { keda } from '../../src/importers/keda/keda.js';
import { readManifests } from '../../src/importers/manifests.js';
import { promql, scaledObjectOf } from './importing.js';
import { rows } from './keda-trigger-rows.js';
import { dotted, isNamed, leavesOf, withOther } from './leaves.js';

type Documents = readonly unknown[];

/** Without the loader, which the other tests use: it takes most of the time of an import. */
function outcomeOf(documents: Documents): { seen: unknown; paths: readonly string[] } {
  const manifests = documents.flatMap((document, index) => readManifests(`${index}.json`, JSON.stringify(document)));
  try {
    const { resources, warnings, unsupported } = keda.convert(manifests);
    return { seen: [resources, unsupported], paths: [...warnings, ...unsupported].map(({ path }) => path) };
  } catch (error) {
    if (!(error instanceof ImportError)) throw error;
    return { seen: error.message, paths: [] };
  }
}

/** Of the document at an index, every leaf that is lost: no entry names it, and another value changes nothing. */
function lostOf(documents: Documents, index: number, below = ''): readonly string[] {
  const before = outcomeOf(documents);
  if (typeof before.seen === 'string') throw new Error(before.seen);
  const lost: string[] = [];
  for (const path of leavesOf(documents[index])) {
    const name = dotted(path);
    if (!name.startsWith(below) || isNamed(name, before.paths)) continue;
    const others = documents.map((document, at) => (at === index ? withOther(document, path) : document));
    const after = outcomeOf(others);
    if (JSON.stringify(after.seen) === JSON.stringify(before.seen)) lost.push(name);
  }
  return lost;
}

const parsed = (text: string): unknown => JSON.parse(text);

const authentication = {
  apiVersion: 'keda.sh/v1alpha1',
  kind: 'TriggerAuthentication',
  metadata: { name: 'login', namespace: 'shop', labels: { a: 'b' } },
  spec: {
    secretTargetRef: [
      { parameter: 'username', name: 's', key: 'user', more: 'x' },
      { parameter: 'unused', name: 's', key: 'unused' },
    ],
    env: [{ parameter: 'password', name: 'PASSWORD', containerName: 'app' }],
    hashiCorpVault: { address: 'http://vault', secrets: [{ parameter: 'host', path: 'a', key: 'b' }] },
    podIdentity: { provider: 'aws', roleArn: 'arn', identityId: 'i' },
    unknown: { deep: [1] },
  },
};

const everything = parsed(
  scaledObjectOf(
    {
      scaleTargetRef: {
        name: 'web',
        kind: 'Rollout',
        apiVersion: 'argoproj.io/v1alpha1',
        envSourceContainerName: 'app',
      },
      pollingInterval: 20,
      cooldownPeriod: 60,
      initialCooldownPeriod: 30,
      idleReplicaCount: 1,
      minReplicaCount: 3,
      maxReplicaCount: 30,
      unknown: { deep: [1, 'two'] },
      fallback: { failureThreshold: 3, replicas: 6, behavior: 'currentReplicasIfLower', unknown: 1 },
      advanced: {
        restoreToOriginalReplicaCount: true,
        horizontalPodAutoscalerConfig: {
          name: 'hpa',
          behavior: {
            scaleUp: { stabilizationWindowSeconds: 5, policies: [{ type: 'Pods', value: 2, periodSeconds: 30 }] },
            scaleDown: { selectPolicy: 'Min', tolerance: '50m' },
          },
        },
      },
      triggers: [
        {
          ...promql('waiting', '5', { hostFromEnv: 'X', activationThreshold: '2' }),
          metricType: 'AverageValue',
          useCachedMetrics: true,
        },
        { type: 'rabbitmq', metadata: { queueName: 'q', queueLength: '5' }, authenticationRef: { name: 'login' } },
        {
          type: 'cron',
          name: 'day',
          metadata: { timezone: 'UTC', start: '0 8 * * *', end: '0 18 * * *', desiredReplicas: '4', x: 'y' },
        },
        { type: 'cpu', metricType: 'Utilization', metadata: { value: '60', activationThreshold: '3' } },
        {
          type: 'solr',
          name: 'other',
          metadata: { host: 'http://solr' },
          authenticationRef: { name: 'absent', kind: 'ClusterTriggerAuthentication' },
        },
      ],
    },
    {
      labels: { app: 'web' },
      generation: 3,
      annotations: {
        note: 'text',
        'autoscaling.keda.sh/paused': 'true',
        'autoscaling.keda.sh/paused-replicas': '3',
        'autoscaling.keda.sh/paused-scale-in': 'false',
        'autoscaling.keda.sh/force-activation': 'false',
        'scaledobject.keda.sh/transfer-hpa-ownership': 'true',
        'scaledobject.keda.sh/hpa-excluded-labels': 'a',
        'validations.keda.sh/hpa-ownership': 'false',
      },
    },
    { status: { hpaName: 'keda-hpa-web' } },
  ),
);

it('of a ScaledObject', () => {
  expect(lostOf([everything, authentication], 0)).toEqual([]);
});

it('of a ScaledObject with a formula', () => {
  const scalingModifiers = { formula: 'a + b', target: '5', activationTarget: '1', metricType: 'Value', unknown: 'x' };
  const text = scaledObjectOf({ triggers: [promql('a', '5'), promql('b', '5')], advanced: { scalingModifiers } });
  // A trigger of a formula needs a target of its own, which then has no effect: KEDA uses that of the formula.
  const ofTriggers = ['threshold'].flatMap((name) => [0, 1].map((at) => `spec.triggers[${at}].metadata.${name}`));
  expect(lostOf([parsed(text)], 0)).toEqual(ofTriggers);
});

it('of a TriggerAuthentication', () => {
  expect(lostOf([everything, authentication], 1)).toEqual([]);
});

it.each(rows.map(([title, trigger]) => [title, trigger] as const))('of the trigger %s', (_, trigger) => {
  const metadata = { ...(trigger['metadata'] as object), ofNobody: 'x' };
  // An external scaler receives all parameters.
  const document = parsed(scaledObjectOf({ triggers: [{ ...trigger, metadata }] }));
  expect(lostOf([document], 0, 'spec.triggers')).toEqual([]);
});
