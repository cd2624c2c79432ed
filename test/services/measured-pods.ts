/** Deployments in the namespace `shop` whose pods have a state and samples, in a cluster without nodes. */
import type { KubernetesService } from '../../scripts/services/kubernetes.js';
import { eventually } from '../support/eventually.js';
import type { MetricsApis } from './metrics-apis.js';

export interface PodState {
  readonly phase: 'Running' | 'Pending' | 'Failed';
  readonly isReady: boolean;
  /** How many seconds ago it started, and its readiness changed. */
  readonly started: number;
  readonly changed: number;
  /** In thousandths of a core. Null: no sample. */
  readonly cpu: number | null;
}

export const running = (cpu: number | null): PodState => ({
  phase: 'Running',
  isReady: true,
  started: 3600,
  changed: 3590,
  cpu,
});
export const starting = (cpu: number | null): PodState => ({
  ...running(cpu),
  isReady: false,
  started: 60,
  changed: 50,
});
export const pending: PodState = { ...running(null), phase: 'Pending', isReady: false };

interface Pods {
  readonly items: readonly { readonly metadata: { readonly name: string } }[];
}

interface Place {
  readonly cluster: KubernetesService;
  readonly metrics: MetricsApis;
}

/** Each pod requests one core. */
export async function deploy({ cluster, metrics }: Place, app: string, states: readonly PodState[]): Promise<void> {
  const container = { name: 'main', image: 'none', resources: { requests: { cpu: '1', memory: '1Mi' } } };
  const template = { metadata: { labels: { app } }, spec: { containers: [container] } };
  const body = {
    metadata: { name: app },
    spec: { replicas: states.length, selector: { matchLabels: { app } }, template },
  };
  await cluster.request('POST', '/apis/apps/v1/namespaces/shop/deployments', body);
  const pods = await eventually(`${app} has its pods`, async () => {
    const { items } = (await cluster.request('GET', `/api/v1/namespaces/shop/pods?labelSelector=app%3D${app}`)) as Pods;
    return items.length === states.length ? items : false;
  });
  for (const [at, state] of states.entries()) await report({ cluster, metrics }, pods[at]!, state);
}

const ago = (seconds: number) => new Date(Date.now() - seconds * 1000).toISOString().replace(/\.\d+Z$/, 'Z');

/** As a kubelet and metrics-server would. */
async function report(
  { cluster, metrics }: Place,
  pod: Pods['items'][number],
  { phase, isReady, started, changed, cpu }: PodState,
): Promise<void> {
  const { name } = pod.metadata;
  const ready = { type: 'Ready', status: isReady ? 'True' : 'False', lastTransitionTime: ago(changed) };
  const status = { phase, startTime: ago(started), conditions: [ready] };
  await cluster.request('PUT', `/api/v1/namespaces/shop/pods/${name}/status`, { ...pod, status });
  if (cpu === null) return;
  metrics.cpu.set(name, cpu);
  metrics.requests.set(name, `${cpu * 10}m`);
}
