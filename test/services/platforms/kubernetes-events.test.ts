/** The events of changes on a real API server, as `kubectl describe` finds them. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { kubernetesService } from '../../../scripts/services/kubernetes.js';
import type { Platform } from '../../../src/adapters/platforms/platform.js';
import { eventually } from '../../support/eventually.js';
import { deploy, permitAsThePage, platformIn, startShop } from './shop-cluster.js';

const cluster = await kubernetesService(['escapement', 'without-events']);
const never = new AbortController().signal;
const permitted = { isValid: () => true };
const deployments = '/apis/apps/v1/namespaces/shop/deployments';

beforeAll(async () => {
  await startShop(cluster);
  await permitAsThePage(cluster, 'without-events', ['events.k8s.io']);
}, 900_000); // The first time, the API server is built.

afterAll(() => cluster.stop());

interface CoreEvent {
  readonly type: string;
  readonly reason: string;
  readonly message: string;
  readonly action: string;
  readonly reportingComponent: string;
  readonly series?: { readonly count: number };
}

/** The selection of `kubectl describe`. The Deployment controller has events of its own. */
async function eventsOf(name: string): Promise<CoreEvent[]> {
  const { metadata } = (await cluster.request('GET', `${deployments}/${name}`)) as { metadata: { uid: string } };
  const selected = { name, namespace: 'shop', kind: 'Deployment', uid: metadata.uid };
  const fields = Object.entries(selected).map(([field, value]) => `involvedObject.${field}=${value}`);
  const selector = encodeURIComponent(fields.join(','));
  const list = await cluster.request('GET', `/api/v1/namespaces/shop/events?fieldSelector=${selector}`);
  const { items } = list as { items: CoreEvent[] };
  return items.filter(({ reportingComponent }) => reportingComponent === 'escapement');
}

const makeChange = (platform: Platform, from: number, to: number) =>
  platform.change({ from, to, idempotencyKey: 'run/1' }, permitted, never);

describe('kubectl describe shows', () => {
  it('each change, with its direction, sizes and key', async () => {
    await deploy(cluster, 'web', 2);
    const platform = await platformIn(cluster, { name: 'web' });
    expect(await makeChange(platform, 2, 5)).toEqual({ outcome: 'accepted' });
    expect(await makeChange(platform, 5, 1)).toEqual({ outcome: 'accepted' });
    const events = await eventually('there are two events', async () => {
      const found = await eventsOf('web');
      return found.length === 2 && found;
    });
    const normal = { type: 'Normal', action: 'Scale' };
    expect(events.map(({ type, action, reason, message }) => ({ type, action, reason, message }))).toEqual(
      expect.arrayContaining([
        { ...normal, reason: 'ScaledUp', message: 'Escapement scaled from 2 to 5 (change run/1)' },
        { ...normal, reason: 'ScaledDown', message: 'Escapement scaled from 5 to 1 (change run/1)' },
      ]),
    );
  });

  it('a size that an admission policy refuses: one event, with the words of the policy and a count', async () => {
    await refuseMoreThan(6);
    await deploy(cluster, 'limited', 2);
    const platform = await platformIn(cluster, { name: 'limited' });
    // The API server applies a new policy after a moment. Until then, the size is accepted.
    await eventually('the policy is applied', async () => {
      const { outcome } = await makeChange(platform, 2, 7);
      if (outcome === 'accepted') await makeChange(platform, 7, 2);
      return outcome === 'rejected';
    });
    for (let repetition = 0; repetition < 2; repetition += 1)
      expect(await makeChange(platform, 2, 7)).toMatchObject({ outcome: 'rejected' });
    const refused = await eventually('three refusals are counted', async () => {
      const found = (await eventsOf('limited')).filter(({ reason }) => reason === 'ScaleRefused');
      return found[0]?.series?.count === 3 && found;
    });
    expect(refused).toHaveLength(1);
    expect(refused[0]).toMatchObject({
      type: 'Warning',
      message: expect.stringMatching(/^Escapement could not scale from 2 to 7: .*at most 6 replicas/) as unknown,
    });
  });

  it('that another autoscaler scales the object', async () => {
    await deploy(cluster, 'managed', 1);
    await cluster.request('POST', '/apis/autoscaling/v2/namespaces/shop/horizontalpodautoscalers', {
      metadata: { name: 'by-cpu' },
      spec: { scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'managed' }, maxReplicas: 5 },
    });
    await makeChange(await platformIn(cluster, { name: 'managed' }), 1, 2);
    const events = await eventually('there is an event', async () => {
      const found = await eventsOf('managed');
      return found.length > 0 && found;
    });
    expect(events).toEqual([
      expect.objectContaining({
        reason: 'ScaleRefused',
        message: expect.stringContaining('the HorizontalPodAutoscaler "by-cpu"') as unknown,
      }),
    ]);
  });
});

describe('a user without the permission for events', () => {
  it('scales, and the failure is logged once', async () => {
    await deploy(cluster, 'quiet', 1);
    const fails: unknown[] = [];
    const recordLog = { fails: (why: unknown) => void fails.push(why), works: () => undefined };
    const platform = await platformIn(cluster, { name: 'quiet' }, { user: 'without-events', recordLog });
    expect(await makeChange(platform, 1, 3)).toEqual({ outcome: 'accepted' });
    await eventually('the failure is reported', () => fails.length === 1);
    expect(await makeChange(platform, 3, 2)).toEqual({ outcome: 'accepted' });
    await platform.close!();
    expect(fails).toEqual([{ reason: expect.stringMatching(/events.events.k8s.io is forbidden.*Allow `create`/) }]);
    expect(await cluster.request('GET', `${deployments}/quiet`)).toMatchObject({ spec: { replicas: 2 } });
    expect(await eventsOf('quiet')).toEqual([]);
  });

  it('is named by doctor, and a user with the permission is not', async () => {
    const without = await platformIn(cluster, { name: 'web' }, { user: 'without-events' });
    expect(await without.notes!(never)).toEqual([
      expect.stringContaining('no permission to create and patch events') as unknown,
    ]);
    expect(await (await platformIn(cluster, { name: 'web' })).notes!(never)).toEqual([]);
  });
});

async function refuseMoreThan(replicas: number): Promise<void> {
  const admission = '/apis/admissionregistration.k8s.io/v1';
  const rule = { apiGroups: ['apps'], apiVersions: ['v1'], operations: ['UPDATE'], resources: ['deployments/scale'] };
  await cluster.request('POST', `${admission}/validatingadmissionpolicies`, {
    metadata: { name: 'small' },
    spec: {
      matchConstraints: { resourceRules: [rule] },
      validations: [{ expression: `object.spec.replicas <= ${replicas}`, message: `at most ${replicas} replicas` }],
    },
  });
  await cluster.request('POST', `${admission}/validatingadmissionpolicybindings`, {
    metadata: { name: 'small' },
    spec: { policyName: 'small', validationActions: ['Deny'] },
  });
}
