/** Kubernetes: a real API server with its controllers, and a fake kubelet. */
import { kubernetesService, type KubernetesService } from '../../../scripts/services/kubernetes.js';
import { kubernetes } from '../../../src/adapters/platforms/kubernetes/kubernetes.js';
import { requestTimeoutMs, type Candidate } from '../../platforms/candidates/candidate.js';
import { openGate } from '../../platforms/fixtures/gate.js';
import { eventually } from '../../support/eventually.js';
import { playKubelet } from './playing-kubelet.js';
import { defineRollouts, playRollouts, rolloutOf, rolloutsIn } from './rollouts.js';

const status = (code: number, reason: string) => ({ status: code, body: { kind: 'Status', code, reason } });

interface ScaledKind {
  readonly objects: string;
  readonly settings: object;
  readonly create: (name: string, replicas: number) => object;
  /** Prepares the cluster. @returns what plays the part of a node or a controller. */
  readonly play: (cluster: KubernetesService) => Promise<{ stop(): Promise<void> }>;
}

export const kubernetesCandidate = candidateOf('kubernetes', {
  objects: '/apis/apps/v1/namespaces/default/deployments',
  settings: {},
  create: deploymentOf,
  play: async (cluster) => playKubelet(cluster),
});

export const rolloutCandidate = candidateOf('kubernetes with a Rollout', {
  objects: rolloutsIn('default'),
  settings: { kind: 'Rollout', apiVersion: 'argoproj.io/v1alpha1' },
  create: rolloutOf,
  play: async (cluster) => {
    await defineRollouts(cluster);
    return playRollouts(cluster);
  },
});

/** One cluster for all candidates: it needs most of the time of a processor while it starts. */
const sharedCluster = {
  users: 0,
  started: undefined as Promise<KubernetesService> | undefined,

  open(): Promise<KubernetesService> {
    this.users += 1;
    this.started ??= kubernetesService().then(async (cluster) => {
      await cluster.start();
      return cluster;
    });
    return this.started;
  },

  async close(): Promise<void> {
    this.users -= 1;
    if (this.users === 0) await (await this.started)?.stop();
  },
};

function candidateOf(name: string, kind: ScaledKind): Candidate {
  return {
    name,
    takesChanges: 'shownAtOnce',
    throttled: { ...status(429, 'TooManyRequests'), headers: { 'retry-after': '1' } },
    denied: status(403, 'Forbidden'),
    open: async () => {
      const cluster = await sharedCluster.open();
      const player = await kind.play(cluster);
      const closing: (() => Promise<void>)[] = [];
      return {
        resource: async (name, capacity) => {
          const at = `${kind.objects}/${name}`;
          await cluster.request('POST', kind.objects, kind.create(name, capacity));
          const gate = await openGate(cluster.url, ({ method }) => method === 'PUT');
          closing.push(() => gate.close());
          const settings = kubernetes.settings.parse({
            ...kind.settings,
            kubeconfig: await cluster.kubeconfig('administrator', gate.url),
          });
          const scale = () => cluster.request('GET', `${at}/scale`) as Promise<{ spec: { replicas?: number } }>;
          return {
            platform: kubernetes.create(settings, { resource: name, requestTimeoutMs }),
            gate,
            capacity: async () => (await scale()).spec.replicas ?? 0,
            moveTo: async (replicas) => {
              // Without a resourceVersion, because this writer does not read the scale before it writes.
              await cluster.request('PUT', `${at}/scale`, {
                metadata: { name, namespace: 'default' },
                spec: { replicas },
              });
            },
            // A finalizer keeps the object in deletion.
            fail: async () => {
              await eventually('the object is held', async () => {
                const object = (await cluster.request('GET', at)) as { metadata: object };
                const metadata = { ...object.metadata, finalizers: ['example.org/held'] };
                // A controller may have written it in between.
                return cluster.request('PUT', at, { ...object, metadata }).then(
                  () => true,
                  () => false,
                );
              });
              await cluster.request('DELETE', at);
            },
            remove: async () => {
              await cluster.request('DELETE', at);
            },
          };
        },
        close: async () => {
          for (const close of closing) await close();
          await player.stop();
          await sharedCluster.close();
        },
      };
    },
  };
}

function deploymentOf(name: string, replicas: number): object {
  const labels = { app: name };
  const template = { metadata: { labels }, spec: { containers: [{ name: 'main', image: 'none' }] } };
  return { metadata: { name }, spec: { replicas, selector: { matchLabels: labels }, template } };
}
