/** Kubernetes: a real API server with its controllers, and a fake kubelet. */
import { kubernetesService } from '../../../scripts/services/kubernetes.js';
import { kubernetes } from '../../../src/adapters/platforms/kubernetes/kubernetes.js';
import { requestTimeoutMs, type Candidate } from '../../platforms/candidates/candidate.js';
import { openGate } from '../../platforms/fixtures/gate.js';
import { playKubelet } from './playing-kubelet.js';

const status = (code: number, reason: string) => ({ status: code, body: { kind: 'Status', code, reason } });
const deployments = '/apis/apps/v1/namespaces/default/deployments';

export const kubernetesCandidate: Candidate = {
  name: 'kubernetes',
  takesChanges: 'shownAtOnce',
  throttled: { ...status(429, 'TooManyRequests'), headers: { 'retry-after': '1' } },
  denied: status(403, 'Forbidden'),
  open: async () => {
    const cluster = await kubernetesService();
    await cluster.start();
    const kubelet = playKubelet(cluster);
    const closing: (() => Promise<void>)[] = [];
    return {
      resource: async (name, capacity) => {
        const at = `${deployments}/${name}`;
        await cluster.request('POST', deployments, deploymentOf(name, capacity));
        const gate = await openGate(cluster.url, ({ method }) => method === 'PUT');
        closing.push(() => gate.close());
        const settings = kubernetes.settings.parse({ kubeconfig: await cluster.kubeconfig('administrator', gate.url) });
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
            const held = deploymentOf(name, capacity);
            await cluster.request('PUT', at, { ...held, metadata: { name, finalizers: ['example.org/held'] } });
            await cluster.request('DELETE', at);
          },
          remove: async () => {
            await cluster.request('DELETE', at);
          },
        };
      },
      close: async () => {
        for (const close of closing) await close();
        await kubelet.stop();
        await cluster.stop();
      },
    };
  },
};

function deploymentOf(name: string, replicas: number): object {
  const labels = { app: name };
  const template = { metadata: { labels }, spec: { containers: [{ name: 'main', image: 'none' }] } };
  return { metadata: { name }, spec: { replicas, selector: { matchLabels: labels }, template } };
}
