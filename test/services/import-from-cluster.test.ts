/**
 * `escapement import --from-cluster` on a real API server: HorizontalPodAutoscalers; Services of Knative and ScaledObjects of
 * KEDA by their definitions.
 */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { kubernetesService } from '../../scripts/services/kubernetes.js';
import { importCluster } from '../../src/importers/import.js';
import { eventually } from '../support/eventually.js';
import { emptyDirectory } from '../cli/empty-directory.js';

const cluster = await kubernetesService(['reader', 'stranger', 'keda-reader']);
const { escapement } = emptyDirectory();

const autoscaler = (name: string, maxReplicas: number) => ({
  apiVersion: 'autoscaling/v2',
  kind: 'HorizontalPodAutoscaler',
  metadata: { name },
  spec: {
    scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name },
    maxReplicas,
    metrics: [{ type: 'Resource', resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 60 } } }],
    behavior: { scaleDown: { stabilizationWindowSeconds: 120 } },
  },
});

beforeAll(async () => {
  await cluster.start();
  for (const namespace of ['shop', 'lab']) {
    await cluster.request('POST', '/api/v1/namespaces', { metadata: { name: namespace } });
  }
  const autoscalers = (namespace: string) => `/apis/autoscaling/v2/namespaces/${namespace}/horizontalpodautoscalers`;
  await cluster.request('POST', autoscalers('shop'), autoscaler('web', 9));
  await cluster.request('POST', autoscalers('lab'), autoscaler('trial', 3));
  await allow('reader', 'shop', {
    apiGroups: ['autoscaling'],
    resources: ['horizontalpodautoscalers'],
    verbs: ['list'],
  });
}, 900_000); // The first time, the API server is built.

afterAll(() => cluster.stop());

async function allow(user: string, namespace: string, rule: object): Promise<void> {
  const roles = `/apis/rbac.authorization.k8s.io/v1/namespaces/${namespace}`;
  const name = `${user}-${namespace}`;
  await cluster.request('POST', `${roles}/roles`, { metadata: { name }, rules: [rule] });
  await cluster.request('POST', `${roles}/rolebindings`, {
    metadata: { name },
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name },
    subjects: [{ apiGroup: 'rbac.authorization.k8s.io', kind: 'User', name: user }],
  });
}

const as = async (user: string) => ({ kubeconfig: await cluster.kubeconfig(user) });

async function refusal(action: Promise<unknown>): Promise<string> {
  return action.then(() => 'imported', String);
}

describe('HorizontalPodAutoscalers', () => {
  it('of one namespace are imported as the API server shows them', async () => {
    const { report, configuration } = await importCluster('hpa', { ...(await as('administrator')), namespace: 'shop' });
    expect(report.resources).toEqual(['web']);
    expect(report.unsupported).toEqual([]);
    expect(configuration.resources['web']).toMatchObject({
      platform: { type: 'kubernetes', namespace: 'shop', kind: 'Deployment', name: 'web' },
      min: 1,
      max: 9,
      autoscale: {
        policies: [{ type: 'utilization', value: 'cpu', target: 60 }],
        behavior: { scaleDown: { stabilizationWindowSeconds: 120 } },
      },
    });
    expect(report.warnings.filter(({ path }) => path.includes('managedFields'))).toEqual([]);
  });

  it('of all namespaces', async () => {
    const { report } = await importCluster('hpa', { ...(await as('administrator')), allNamespaces: true });
    expect([...report.resources].sort()).toEqual(['trial', 'web']);
  });

  it('a user with rights in one namespace reads that one', async () => {
    const { report } = await importCluster('hpa', { ...(await as('reader')), namespace: 'shop' });
    expect(report.resources).toEqual(['web']);
  });

  it('without rights, the error says which right is missing and where', async () => {
    const user = await as('reader');
    expect(await refusal(importCluster('hpa', { ...user, allNamespaces: true }))).toContain(
      'may not list horizontalpodautoscalers.autoscaling in all namespaces',
    );
    expect(await refusal(importCluster('hpa', { ...user, namespace: 'lab' }))).toContain(
      'may not list horizontalpodautoscalers.autoscaling in the namespace lab',
    );
  });

  it('none in the namespace is an error that says so', async () => {
    const user = await as('administrator');
    expect(await refusal(importCluster('hpa', { ...user, namespace: 'default' }))).toContain(
      'contains no HorizontalPodAutoscaler',
    );
  });

  it('an unknown context and a missing kubeconfig are errors that name them', async () => {
    const user = await as('administrator');
    expect(await refusal(importCluster('hpa', { ...user, context: 'other' }))).toContain('no context named "other"');
    expect(await refusal(importCluster('hpa', { kubeconfig: '/nowhere/config' }))).toContain('/nowhere/config');
  });

  it('the command writes a file, and says that the file names no cluster', async () => {
    const { kubeconfig } = await as('administrator');
    const args = ['--from-cluster', '--kubeconfig', kubeconfig, '--context', 'test', '-n', 'shop'];
    const result = await escapement(['import', 'hpa', ...args, '-o', 'escapement.yaml']);
    expect(result).toMatchObject({ code: 0, err: expect.stringContaining('Imported web to escapement.yaml.') });
    expect(result.err).toContain('The output does not name the cluster.');
  });
});

describe('Services of Knative', () => {
  it('in a cluster without Knative are an error that says so', async () => {
    const user = await as('administrator');
    expect(await refusal(importCluster('knative', { ...user, namespace: 'shop' }))).toContain(
      'The cluster has no services.serving.knative.dev of serving.knative.dev/v1',
    );
  });

  it('are imported with the ConfigMap of the cluster, or with a note where it may not be read', async () => {
    await installKnative();
    const administrator = await as('administrator');
    const average = async (user: { kubeconfig: string }) => {
      const { configuration, report } = await importCluster('knative', { ...user, namespace: 'shop' });
      const web = configuration.resources['web'] as { autoscale: { policies: { average: string }[] } };
      return { average: web.autoscale.policies[0]?.average, report };
    };
    expect((await average(administrator)).average).toBe('1m');

    await cluster.request('POST', '/api/v1/namespaces', { metadata: { name: 'knative-serving' } });
    await cluster.request('POST', '/api/v1/namespaces/knative-serving/configmaps', {
      metadata: { name: 'config-autoscaler' },
      data: { 'stable-window': '40s' },
    });
    expect((await average(administrator)).average).toBe('40s');

    await allow('stranger', 'shop', { apiGroups: ['serving.knative.dev'], resources: ['services'], verbs: ['list'] });
    const { average: withoutRights, report } = await average(await as('stranger'));
    expect(withoutRights).toBe('1m');
    expect(report.warnings.map(({ path, message }) => `${path} ${message}`)).toContain(
      'ConfigMap knative-serving/config-autoscaler may not be read by the user of the kubeconfig, so the defaults of Knative apply, and not those of this cluster',
    );
  });
});

describe('ScaledObjects of KEDA', () => {
  it('are imported with what they refer to, or with a note where a user may not read what is in no namespace', async () => {
    await define('scaledobjects.keda.sh', 'v1alpha1', 'ScaledObject', 'Namespaced');
    await define('triggerauthentications.keda.sh', 'v1alpha1', 'TriggerAuthentication', 'Namespaced');
    await define('clustertriggerauthentications.keda.sh', 'v1alpha1', 'ClusterTriggerAuthentication', 'Cluster');
    const authenticationRef = { name: 'queues', kind: 'ClusterTriggerAuthentication' };
    const metadata = { protocol: 'http', queueName: 'orders', mode: 'QueueLength', value: '20' };
    await create('/apis/keda.sh/v1alpha1/namespaces/shop/scaledobjects', {
      apiVersion: 'keda.sh/v1alpha1',
      kind: 'ScaledObject',
      metadata: { name: 'orders' },
      spec: {
        scaleTargetRef: { name: 'orders' },
        minReplicaCount: 1,
        triggers: [{ type: 'rabbitmq', metadata, authenticationRef }],
      },
    });
    await create('/apis/keda.sh/v1alpha1/clustertriggerauthentications', {
      apiVersion: 'keda.sh/v1alpha1',
      kind: 'ClusterTriggerAuthentication',
      metadata: { name: 'queues' },
      spec: { secretTargetRef: [{ parameter: 'host', name: 'rabbit', key: 'url' }] },
    });

    const all = await importCluster('keda', { ...(await as('administrator')), namespace: 'shop' });
    expect(all.report).toMatchObject({ resources: ['orders'], unsupported: [] });
    expect(all.configuration.resources['orders']).toMatchObject({
      autoscale: { signals: { orders: { type: 'rabbitmq', queue: 'orders' } } },
    });

    const resources = ['scaledobjects', 'triggerauthentications'];
    await allow('keda-reader', 'shop', { apiGroups: ['keda.sh'], resources, verbs: ['list'] });
    const { report } = await importCluster('keda', { ...(await as('keda-reader')), namespace: 'shop' });
    expect(report.warnings.map(({ path, message }) => `${path} ${message}`)).toContain(
      'ClusterTriggerAuthentication may not be read by the user of the kubeconfig, so triggers that refer to one have no credentials in the output',
    );
  });
});

/** Only the definition of its kind, and one service. */
async function installKnative(): Promise<void> {
  await define('services.serving.knative.dev', 'v1', 'Service', 'Namespaced');
  await create('/apis/serving.knative.dev/v1/namespaces/shop/services', {
    apiVersion: 'serving.knative.dev/v1',
    kind: 'Service',
    metadata: { name: 'web' },
    spec: { template: { metadata: { annotations: { 'autoscaling.knative.dev/max-scale': '4' } } } },
  });
}

/** @param name such as `services.serving.knative.dev`. */
async function define(name: string, version: string, kind: string, scope: 'Namespaced' | 'Cluster'): Promise<void> {
  const [plural = '', ...group] = name.split('.');
  const schema = { openAPIV3Schema: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } };
  await cluster.request('POST', '/apis/apiextensions.k8s.io/v1/customresourcedefinitions', {
    metadata: { name },
    spec: {
      group: group.join('.'),
      scope,
      names: { plural, singular: kind.toLowerCase(), kind, listKind: `${kind}List` },
      versions: [{ name: version, served: true, storage: true, schema }],
    },
  });
}

/** The API server serves a new kind a moment after its definition. */
async function create(path: string, object: object): Promise<void> {
  await eventually(`an object is created at ${path}`, async () =>
    cluster.request('POST', path, object).then(
      () => true,
      () => false,
    ),
  );
}
