/** The Kubernetes adapter against a real kube-apiserver with its controllers. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { kubernetesService } from '../../../scripts/services/kubernetes.js';
import type { Platform } from '../../../src/adapters/platforms/platform.js';
import { eventually } from '../../support/eventually.js';
import { playKubelet } from './playing-kubelet.js';
import { defineRollouts, playRollouts, rolloutOf, rolloutsIn } from './rollouts.js';
import { deploy as deployIn, platformIn, startShop } from './shop-cluster.js';

const cluster = await kubernetesService(['escapement', 'stranger']);
let kubelet: { stop(): Promise<void> };
const never = new AbortController().signal;
const permitted = { isValid: () => true };
const changeOf = (from: number, to: number) => ({ from, to, idempotencyKey: 'run/1' });

beforeAll(async () => {
  await startShop(cluster);
  kubelet = playKubelet(cluster);
}, 900_000); // The first time, the API server is built.

afterAll(async () => {
  await kubelet.stop();
  await cluster.stop();
});

const platformFor = (settings: Record<string, unknown>, user = 'escapement') => platformIn(cluster, settings, { user });
const deploy = (name: string, replicas: number, kind?: string) => deployIn(cluster, name, replicas, kind);

const active = (platform: Platform, capacity: number) =>
  eventually(`${capacity} and ACTIVE`, async () => {
    const observation = await platform.observe(never);
    return observation.capacity === capacity && observation.status === 'ACTIVE';
  });

/** The API server does not serve a new kind immediately. */
const create = (path: string, object: object) =>
  eventually(`${path} accepts an object`, () =>
    cluster.request('POST', path, object).then(
      () => true,
      () => false,
    ),
  );

describe('with only the permissions that docs/platforms/kubernetes.md lists', () => {
  it('scales a Deployment out, in, and to zero', async () => {
    await deploy('web', 2);
    const platform = await platformFor({ name: 'web' });
    await active(platform, 2);
    for (const [from, to] of [
      [2, 5],
      [5, 1],
      [1, 0],
    ] as const) {
      expect(await platform.change(changeOf(from, to), permitted, never)).toEqual({ outcome: 'accepted' });
      await active(platform, to);
    }
  });

  it('waits for pods that are not ready', async () => {
    await kubelet.stop();
    await deploy('slow', 1);
    const platform = await platformFor({ name: 'slow' });
    expect(await platform.observe(never)).toMatchObject({ capacity: 1, status: 'STARTING' });
    kubelet = playKubelet(cluster);
    await active(platform, 1);
  });

  it('may not scale without these permissions', async () => {
    const stranger = await platformFor({ name: 'web' }, 'stranger');
    await expect(stranger.observe(never)).rejects.toMatchObject({ code: 'denied' });
    expect(await stranger.change(changeOf(0, 1), permitted, never)).toMatchObject({ outcome: 'rejected', final: true });
  });
});

describe('the scale of another kind', () => {
  it('of a StatefulSet', async () => {
    await deploy('queue', 1, 'StatefulSet');
    const platform = await platformFor({ name: 'queue', kind: 'StatefulSet' }, 'administrator');
    await active(platform, 1);
    expect(await platform.change(changeOf(1, 2), permitted, never)).toEqual({ outcome: 'accepted' });
    await active(platform, 2);
  });

  it('of an Argo Rollout, named by its plural, with only the permissions that the page lists', async () => {
    await defineRollouts(cluster);
    const controller = playRollouts(cluster);
    await cluster.request('POST', rolloutsIn('shop'), rolloutOf('canary', 2));
    const platform = await platformFor({ name: 'canary', kind: 'rollouts', apiVersion: 'argoproj.io/v1alpha1' });
    for (const [from, to] of [
      [2, 4],
      [4, 0],
      [0, 1],
    ] as const) {
      await active(platform, from);
      expect(await platform.change(changeOf(from, to), permitted, never)).toEqual({ outcome: 'accepted' });
    }
    await active(platform, 1);
    await controller.stop();
    // The pod is not ready: the controller leaves out the count.
    const path = `${rolloutsIn('shop')}/canary`;
    const rollout = (await cluster.request('GET', path)) as { metadata: { generation: number } };
    const status = { HPAReplicas: 1, observedGeneration: String(rollout.metadata.generation), phase: 'Paused' };
    await cluster.request('PUT', `${path}/status`, { ...rollout, status });
    expect(await platform.observe(never)).toMatchObject({
      capacity: 1,
      ready: 0,
      status: 'STARTING',
      details: { kind: 'Rollout', rollout: 'paused' },
    });
  });

  it('of an Argo Rollout that another autoscaler scales is not changed', async () => {
    await cluster.request('POST', rolloutsIn('shop'), rolloutOf('busy', 2));
    await cluster.request('POST', '/apis/autoscaling/v2/namespaces/shop/horizontalpodautoscalers', {
      metadata: { name: 'busy' },
      spec: { scaleTargetRef: { apiVersion: 'argoproj.io/v1alpha1', kind: 'Rollout', name: 'busy' }, maxReplicas: 5 },
    });
    const platform = await platformFor({ name: 'busy', kind: 'rollouts', apiVersion: 'argoproj.io/v1alpha1' });
    const outcome = await platform.change(changeOf(2, 3), permitted, never);
    expect(outcome).toMatchObject({ final: true, reason: expect.stringContaining('scales Rollout shop/busy') });
  });

  it('without a number of replicas in the object is not a size of one', async () => {
    const { spec, ...object } = rolloutOf('unsized', 1) as { spec: { replicas?: number } };
    delete spec.replicas;
    await cluster.request('POST', rolloutsIn('shop'), { ...object, spec });
    const platform = await platformFor({ name: 'unsized', kind: 'Rollout', apiVersion: 'argoproj.io/v1alpha1' });
    await expect(platform.observe(never)).rejects.toMatchObject({ name: 'AdapterError' });
    expect(await platform.change(changeOf(1, 2), permitted, never)).toMatchObject({ outcome: 'rejected' });
  });

  it('of a custom resource', async () => {
    await define('example.org', 'Farm', { specReplicasPath: '.spec.machines', statusReplicasPath: '.status.machines' });
    const farms = '/apis/example.org/v1/namespaces/shop/farms';
    await create(farms, {
      apiVersion: 'example.org/v1',
      kind: 'Farm',
      metadata: { name: 'north' },
      spec: { machines: 3 },
      status: { machines: 3 },
    });
    const farm = { name: 'north', kind: 'Farm', apiVersion: 'example.org/v1' };
    const platform = await platformFor(farm, 'administrator');
    await active(platform, 3);
    expect(await platform.change(changeOf(3, 4), permitted, never)).toEqual({ outcome: 'accepted' });
    expect(await cluster.request('GET', `${farms}/north`)).toMatchObject({ spec: { machines: 4 } });
    // One machine of four is missing, which the scale reports in this case.
    expect(await platform.observe(never)).toMatchObject({ ready: 3, status: 'STARTING' });
    const unknown = await (await platformFor({ ...farm, ready: 'none' }, 'administrator')).observe(never);
    expect(unknown).toMatchObject({ capacity: 4, status: 'ACTIVE' });
    const told = await platformFor({ ...farm, ready: 'status.machines' }, 'administrator');
    expect(await told.observe(never)).toMatchObject({ ready: 3, status: 'STARTING' });
  });
});

describe('an object that another autoscaler scales', () => {
  const targetRef = { apiVersion: 'apps/v1', kind: 'Deployment', name: 'managed' };

  it('is not changed, and the error names its HorizontalPodAutoscaler', async () => {
    await deploy('managed', 1);
    await cluster.request('POST', '/apis/autoscaling/v2/namespaces/shop/horizontalpodautoscalers', {
      metadata: { name: 'by-cpu' },
      spec: { scaleTargetRef: targetRef, maxReplicas: 5 },
    });
    const platform = await platformFor({ name: 'managed' });
    expect(await platform.change(changeOf(1, 2), permitted, never)).toMatchObject({
      outcome: 'rejected',
      final: true,
      reason: expect.stringContaining('the HorizontalPodAutoscaler "by-cpu"'),
    });
    expect(await platform.observe(never)).toMatchObject({ capacity: 1 });
  });

  it('is not changed, and the error names its KEDA ScaledObject before the HorizontalPodAutoscaler that KEDA creates', async () => {
    await define('keda.sh', 'ScaledObject', undefined, 'v1alpha1');
    await create('/apis/keda.sh/v1alpha1/namespaces/shop/scaledobjects', {
      apiVersion: 'keda.sh/v1alpha1',
      kind: 'ScaledObject',
      metadata: { name: 'by-queue' },
      spec: { scaleTargetRef: { name: 'managed' } },
    });
    const outcome = await (await platformFor({ name: 'managed' })).change(changeOf(1, 2), permitted, never);
    expect(outcome).toMatchObject({ final: true, reason: expect.stringContaining('the KEDA ScaledObject "by-queue"') });
  });
});

describe('an object that other writers change', () => {
  it('is changed by exactly one of four concurrent changes, and the others are rejected as retryable', async () => {
    await deploy('contested', 1);
    const platform = await platformFor({ name: 'contested' });
    await active(platform, 1);
    const outcomes = await Promise.all([2, 3, 4, 5].map((to) => platform.change(changeOf(1, to), permitted, never)));
    const accepted = outcomes.filter(({ outcome }) => outcome === 'accepted');
    expect(accepted).toHaveLength(1);
    for (const outcome of outcomes) {
      if (outcome.outcome !== 'accepted') expect(outcome).toMatchObject({ outcome: 'rejected', final: false });
    }
  });

  it('is missing after it was deleted', async () => {
    await deploy('gone', 1);
    const platform = await platformFor({ name: 'gone' });
    await active(platform, 1);
    await cluster.request('DELETE', '/apis/apps/v1/namespaces/shop/deployments/gone');
    await eventually('the object is deleted', () =>
      platform.observe(never).then(
        () => false,
        () => true,
      ),
    );
    await expect(platform.observe(never)).rejects.toMatchObject({ code: 'missing' });
    expect(await platform.change(changeOf(1, 2), permitted, never)).toMatchObject({ outcome: 'rejected', final: true });
  });
});

/** Defines a custom resource. */
async function define(group: string, kind: string, scale?: object, version = 'v1'): Promise<void> {
  const singular = kind.toLowerCase();
  const anything = { type: 'object', 'x-kubernetes-preserve-unknown-fields': true };
  await cluster.request('POST', '/apis/apiextensions.k8s.io/v1/customresourcedefinitions', {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: `${singular}s.${group}` },
    spec: {
      group,
      scope: 'Namespaced',
      names: { kind, singular, plural: `${singular}s` },
      versions: [
        {
          name: version,
          served: true,
          storage: true,
          schema: { openAPIV3Schema: anything },
          subresources: scale && { scale },
        },
      ],
    },
  });
}
