/** A cluster without nodes has pods that never start: this marks them ready, as a kubelet would. */
import { setTimeout } from 'node:timers/promises';
import type { KubernetesService } from '../../../scripts/services/kubernetes.js';

interface PodList {
  readonly items: readonly {
    readonly metadata: {
      readonly namespace: string;
      readonly name: string;
      readonly labels: { readonly app: string };
      readonly deletionTimestamp?: string;
    };
    readonly status: { readonly conditions?: readonly { readonly type: string; readonly status: string }[] };
  }[];
}

/**
 * Until it is stopped. Rejects with the first thing that goes wrong.
 * @param room so many pods of an app become ready, and no more.
 */
export function playKubelet(cluster: KubernetesService, room = Infinity): { stop(): Promise<void> } {
  const over = new AbortController();
  const playing = (async () => {
    while (!over.signal.aborted) {
      const { items } = (await cluster.request('GET', '/api/v1/pods')) as PodList;
      const ready = items.filter(isReady).map(appOf);
      for (const pod of items.filter(isWaiting)) {
        if (ready.filter((app) => app === appOf(pod)).length >= room) continue;
        ready.push(appOf(pod));
        await makeReady(cluster, pod);
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

type Pod = PodList['items'][number];

function isReady({ status }: Pod): boolean {
  return status.conditions?.some(({ type, status }) => type === 'Ready' && status === 'True') ?? false;
}

function appOf({ metadata }: Pod): string {
  return metadata.labels.app;
}

function isWaiting(pod: Pod): boolean {
  return pod.metadata.deletionTimestamp === undefined && !isReady(pod);
}

async function makeReady(cluster: KubernetesService, pod: PodList['items'][number]): Promise<void> {
  const { namespace, name } = pod.metadata;
  const path = `/api/v1/namespaces/${namespace}/pods/${name}/status`;
  const conditions = [{ type: 'Ready', status: 'True', lastTransitionTime: new Date().toISOString() }];
  // It may be gone, or changed, by now: the next look will tell.
  await cluster.request('PUT', path, { ...pod, status: { phase: 'Running', conditions } }).catch(() => undefined);
}
