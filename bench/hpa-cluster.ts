/**
 * A real kube-apiserver with Deployments, half of them scaled by the real HPA, whose controller is a process of its
 * own.
 */
import { readFileSync } from 'node:fs';
import { get } from 'node:https';
import { createInterface } from 'node:readline';
import { kubernetesService, type KubernetesService } from '../scripts/services/kubernetes.js';
import type { ServiceProcess } from '../scripts/services/service-process.js';
import { playKubelet } from '../test/services/platforms/playing-kubelet.js';
import { eventually } from '../test/support/eventually.js';
import { groupVersion } from './metrics-server.js';

export const namespace = 'bench';
/** Load for one replica. */
export const loadOfOne = 20;
export const most = 10;
const deployments = `/apis/apps/v1/namespaces/${namespace}/deployments`;

export class HpaCluster {
  /** When each Deployment was first seen with other replicas than one, by `performance.now()`. */
  readonly #changedAtMs = new Map<string, number>();
  /** What each was seen with, one after the other. */
  readonly #replicas = new Map<string, number[]>();
  #hpa: ServiceProcess | undefined;

  private constructor(private readonly service: KubernetesService) {}

  /** Deployments of one ready replica each. */
  static async open(names: readonly string[], metricsPort: number): Promise<HpaCluster> {
    const service = await kubernetesService();
    await service.start();
    const cluster = new HpaCluster(service);
    await service.request('POST', '/api/v1/namespaces', { metadata: { name: namespace } });
    await cluster.#serveMetrics(metricsPort);
    for (const name of names) await service.request('POST', deployments, deploymentOf(name));
    await cluster.#untilReady();
    await cluster.#watch();
    return cluster;
  }

  /** The simulated kubelet runs no longer than this, because it uses much processor time. */
  async #untilReady(): Promise<void> {
    const kubelet = playKubelet(this.service);
    await eventually('every Deployment is ready', () => this.#areReady(), 120_000);
    await kubelet.stop();
  }

  /** @param behavior of the HPA's `spec`; default: its own. */
  async autoscale(names: readonly string[], behavior?: object): Promise<void> {
    const path = `/apis/autoscaling/v2/namespaces/${namespace}/horizontalpodautoscalers`;
    for (const name of names) {
      const target = { type: 'AverageValue', averageValue: String(loadOfOne) };
      const scaleTargetRef = { apiVersion: 'apps/v1', kind: 'Deployment', name };
      const metrics = [{ type: 'External', external: { metric: { name }, target } }];
      const spec = { scaleTargetRef, minReplicas: 1, maxReplicas: most, metrics, ...(behavior && { behavior }) };
      await this.service.request('POST', path, { metadata: { name }, spec });
    }
  }

  /** Restarts the controller of the HPA. */
  async startHpa(syncSeconds: number): Promise<void> {
    await this.killHpa();
    const period = `--horizontal-pod-autoscaler-sync-period=${syncSeconds}s`;
    this.#hpa = await this.service.controllers(['horizontal-pod-autoscaler-controller'], [period]);
    await this.#hpa.start();
  }

  async killHpa(): Promise<void> {
    await this.#hpa?.stop();
  }

  get hpaPid(): number {
    return this.#hpa?.pid ?? NaN;
  }

  /** For the worker. */
  kubeconfig(): Promise<string> {
    return this.service.kubeconfig('administrator');
  }

  /** When its replicas were changed. */
  async changed(name: string, withinMs: number): Promise<number> {
    return eventually(`${name} is changed`, () => this.#changedAtMs.get(name), withinMs);
  }

  /** One after the other, without repetitions. */
  replicasOf(name: string): readonly number[] {
    return this.#replicas.get(name) ?? [];
  }

  async close(): Promise<void> {
    await this.killHpa();
    await this.service.stop();
  }

  async #areReady(): Promise<boolean> {
    const { items } = (await this.service.request('GET', deployments)) as DeploymentList;
    return items.every(({ spec, status }) => status.readyReplicas === spec.replicas);
  }

  /** The aggregator of the API server takes a Service that is only a name, and so a server outside of the cluster. */
  async #serveMetrics(port: number): Promise<void> {
    const spec = { type: 'ExternalName', externalName: 'localhost', ports: [{ port }] };
    const service = { metadata: { name: 'metrics' }, spec };
    await this.service.request('POST', `/api/v1/namespaces/${namespace}/services`, service);
    const [group, version] = groupVersion.split('/');
    await this.service.request('POST', '/apis/apiregistration.k8s.io/v1/apiservices', {
      metadata: { name: `${version ?? ''}.${group ?? ''}` },
      spec: {
        ...{ group, version, groupPriorityMinimum: 100, versionPriority: 100, insecureSkipTLSVerify: true },
        service: { namespace, name: 'metrics', port },
      },
    });
    await eventually('the metrics are served', () =>
      this.service.request('GET', `/apis/${groupVersion}`).then(
        () => true,
        () => false,
      ),
    );
  }

  /** Until the API server ends. From what its cache holds: a version that is newer than that is refused. */
  async #watch(): Promise<void> {
    const { users } = JSON.parse(readFileSync(await this.kubeconfig(), 'utf8')) as {
      users: { user: { token: string } }[];
    };
    const headers = { authorization: `Bearer ${users[0]?.user.token ?? ''}` };
    const options = { headers, ca: await this.service.ca() };
    get(`${this.service.url}${deployments}?watch=true&resourceVersion=0`, options, (response) => {
      const lines = createInterface({ input: response });
      lines.on('line', (line) => this.#note(JSON.parse(line) as WatchEvent)).on('error', () => undefined);
    }).on('error', () => undefined);
  }

  #note({ type, object: { metadata, spec } }: WatchEvent): void {
    if (spec?.replicas === undefined) throw new Error(`the watch of the Deployments told ${type}`);
    const name = metadata.name ?? '';
    const seen = this.#replicas.get(name) ?? [];
    if (seen.at(-1) !== spec.replicas) this.#replicas.set(name, [...seen, spec.replicas]);
    if (spec.replicas !== 1 && !this.#changedAtMs.has(name)) this.#changedAtMs.set(name, performance.now());
  }
}

interface DeploymentList {
  readonly items: readonly {
    readonly spec: { readonly replicas: number };
    readonly status: { readonly readyReplicas?: number };
  }[];
}

interface WatchEvent {
  readonly type: string;
  readonly object: { readonly metadata: { readonly name?: string }; readonly spec?: { readonly replicas?: number } };
}

function deploymentOf(name: string): object {
  const labels = { app: name };
  const template = { metadata: { labels }, spec: { containers: [{ name: 'main', image: 'none' }] } };
  return { metadata: { name }, spec: { replicas: 1, selector: { matchLabels: labels }, template } };
}
