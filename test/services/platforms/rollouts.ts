/**
 * Argo Rollouts without its controller: the scale and the status of its CustomResourceDefinition, and the status that
 * its controller writes.
 */
import { setTimeout } from 'node:timers/promises';
import type { KubernetesService } from '../../../scripts/services/kubernetes.js';
import { eventually } from '../../support/eventually.js';

const text = { type: 'string' };
const count = { type: 'integer', format: 'int32' };
const anything = { type: 'object', 'x-kubernetes-preserve-unknown-fields': true };

/** Of manifests/crds/rollout-crd.yaml of Argo Rollouts: its names, its subresources, and the fields that they name. */
export async function defineRollouts(cluster: KubernetesService): Promise<void> {
  const counts = { HPAReplicas: count, replicas: count, readyReplicas: count, availableReplicas: count };
  const status = { ...counts, observedGeneration: text, phase: text, selector: text };
  const properties = {
    spec: { ...anything, properties: { replicas: count } },
    status: { ...anything, properties: status },
  };
  const scale = {
    labelSelectorPath: '.status.selector',
    specReplicasPath: '.spec.replicas',
    statusReplicasPath: '.status.HPAReplicas',
  };
  const version = {
    name: 'v1alpha1',
    served: true,
    storage: true,
    schema: { openAPIV3Schema: { ...anything, properties } },
    subresources: { scale, status: {} },
  };
  await cluster.request('POST', '/apis/apiextensions.k8s.io/v1/customresourcedefinitions', {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: 'rollouts.argoproj.io' },
    spec: {
      group: 'argoproj.io',
      scope: 'Namespaced',
      names: { kind: 'Rollout', listKind: 'RolloutList', plural: 'rollouts', singular: 'rollout', shortNames: ['ro'] },
      versions: [version],
    },
  });
  // The API server does not serve a new kind immediately.
  await eventually('there are Rollouts', () =>
    cluster.request('GET', `${group}/rollouts`).then(
      () => true,
      () => false,
    ),
  );
}

const group = '/apis/argoproj.io/v1alpha1';
export const rolloutsIn = (namespace: string) => `${group}/namespaces/${namespace}/rollouts`;

export function rolloutOf(name: string, replicas: number): object {
  const labels = { app: name };
  const template = { metadata: { labels }, spec: { containers: [{ name: 'main', image: 'none' }] } };
  const strategy = { canary: { steps: [{ setWeight: 20 }, { pause: {} }] } };
  const spec = { replicas, selector: { matchLabels: labels }, template, strategy };
  return { apiVersion: 'argoproj.io/v1alpha1', kind: 'Rollout', metadata: { name }, spec };
}

interface RolloutList {
  readonly items: readonly {
    readonly metadata: { readonly namespace: string; readonly name: string; readonly generation: number };
    readonly spec: { readonly replicas: number };
    readonly status?: { readonly observedGeneration?: string };
  }[];
}

/** Writes the status of every Rollout as its controller does when all pods are ready, until it is stopped. */
export function playRollouts(cluster: KubernetesService): { stop(): Promise<void> } {
  const over = new AbortController();
  const playing = (async () => {
    while (!over.signal.aborted) {
      const { items } = (await cluster.request('GET', `${group}/rollouts`)) as RolloutList;
      for (const rollout of items) {
        const { namespace, name, generation } = rollout.metadata;
        if (rollout.status?.observedGeneration === String(generation)) continue;
        // It may be gone, or changed, by now: the next look will tell.
        const path = `${rolloutsIn(namespace)}/${name}/status`;
        await cluster.request('PUT', path, { ...rollout, status: statusOf(rollout) }).catch(() => undefined);
      }
      await setTimeout(100);
    }
  })();
  playing.catch(() => undefined);
  return {
    stop: () => {
      over.abort();
      return playing;
    },
  };
}

/** A zero is left out, as Go's `omitempty` does. */
function statusOf({ metadata: { name, generation }, spec: { replicas } }: RolloutList['items'][number]): object {
  const counts = { HPAReplicas: replicas, replicas, readyReplicas: replicas, availableReplicas: replicas };
  return {
    ...(replicas > 0 && counts),
    observedGeneration: String(generation),
    phase: 'Healthy',
    selector: `app=${name}`,
  };
}
