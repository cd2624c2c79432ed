/**
 * The three APIs of metrics of Kubernetes, behind the aggregator of a real API server. The external API has the paths,
 * the selectors and the errors of KEDA's metrics server.
 */
import { once } from 'node:events';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { KubernetesService } from '../../scripts/services/kubernetes.js';
import { makeCertificates } from '../support/certificates.js';
import { eventually } from '../support/eventually.js';

const groups = {
  'metrics.k8s.io/v1beta1': { name: 'pods', namespaced: true, kind: 'PodMetrics', verbs: ['get', 'list'] },
  'custom.metrics.k8s.io/v1beta2': {
    name: 'pods/http_requests_per_second',
    namespaced: true,
    kind: 'MetricValueList',
    verbs: ['get'],
  },
  'external.metrics.k8s.io/v1beta1': {
    ...{ name: 'externalmetrics', namespaced: true, kind: 'ExternalMetricValueList', verbs: ['get'] },
  },
};

interface Answer {
  readonly status: number;
  readonly body: object;
}

const ok = (body: object): Answer => ({ status: 200, body });
const status = (code: number, reason: string, message: string): Answer => ({
  status: code,
  body: { kind: 'Status', apiVersion: 'v1', status: 'Failure', message, reason, code },
});

export class MetricsApis {
  /** By the name of a pod, in thousandths of a core. */
  readonly cpu = new Map<string, number>();
  /** The metric of each pod, by the name of a pod. */
  readonly requests = new Map<string, string>();
  /** Metrics of single objects, by the path of the object and the name of the metric. */
  readonly objects = new Map<string, string>();
  /** Values of triggers, by the ScaledObject and the name of the metric. */
  readonly triggers = new Map<string, string>();

  private constructor(private readonly server: Server) {}

  static async open(): Promise<MetricsApis> {
    const { cert, key } = await makeCertificates();
    const apis = new MetricsApis(
      createServer({ cert, key }, (request, response) => {
        const { status, body } = apis.#answer(new URL(request.url ?? '/', 'http://any'));
        response.writeHead(status, { 'content-type': 'application/json' });
        response.end(JSON.stringify(body));
      }),
    );
    await once(apis.server.listen(0, '127.0.0.1'), 'listening');
    return apis;
  }

  /** Through a Service that is only a name, the aggregator reaches a server outside of the cluster. */
  async register(cluster: KubernetesService, namespace: string): Promise<void> {
    const { port } = this.server.address() as AddressInfo;
    const spec = { type: 'ExternalName', externalName: 'localhost', ports: [{ port }] };
    const services = `/api/v1/namespaces/${namespace}/services`;
    await cluster.request('POST', services, { metadata: { name: 'metrics' }, spec });
    for (const [group = '', version = ''] of Object.keys(groups).map((path) => path.split('/'))) {
      await cluster.request('POST', '/apis/apiregistration.k8s.io/v1/apiservices', {
        metadata: { name: `${version}.${group}` },
        spec: {
          ...{ group, version, groupPriorityMinimum: 100, versionPriority: 100, insecureSkipTLSVerify: true },
          service: { namespace, name: 'metrics', port },
        },
      });
    }
    await this.areServed(cluster);
  }

  async areServed(cluster: KubernetesService): Promise<void> {
    for (const path of Object.keys(groups)) {
      await eventually(
        `${path} is served`,
        () =>
          cluster.request('GET', `/apis/${path}`).then(
            () => true,
            () => false,
          ),
        60_000,
      );
    }
  }

  close(): void {
    this.server.close();
    this.server.closeAllConnections();
  }

  #answer({ pathname, searchParams }: URL): Answer {
    const groupVersion = Object.keys(groups).find((each) => pathname.startsWith(`/apis/${each}`));
    if (groupVersion === undefined) return status(404, 'NotFound', 'not found');
    const rest = pathname.slice(`/apis/${groupVersion}`.length);
    const labels = new Map((searchParams.get('labelSelector') ?? '').split(',').map((label) => pairOf(label)));
    if (rest === '') {
      const resource = groups[groupVersion as keyof typeof groups];
      return ok({ kind: 'APIResourceList', apiVersion: 'v1', groupVersion, resources: [resource] });
    }
    const app = labels.get('app') ?? '';
    if (groupVersion.startsWith('metrics')) {
      return ok({ kind: 'PodMetricsList', apiVersion: groupVersion, metadata: {}, items: this.#podMetrics(app) });
    }
    if (groupVersion.startsWith('custom')) {
      const object = this.objects.get(rest.split('/').slice(3).join('/'));
      const items = object === undefined ? this.#requestsOf(app) : [metricOf(rest.split('/').at(-2) ?? '', object)];
      return ok({ kind: 'MetricValueList', apiVersion: groupVersion, metadata: {}, items });
    }
    return this.#external(rest.split('/').at(-1) ?? '', labels, groupVersion);
  }

  #podMetrics(app: string): object[] {
    return ofApp(this.cpu, app).map(([name, cpu]) => ({
      metadata: { name, namespace: 'shop' },
      ...{ timestamp: now(), window: '15.238s' },
      containers: [{ name: 'main', usage: { cpu: `${cpu * 1_000_000}n`, memory: '1Mi' } }],
    }));
  }

  #requestsOf(app: string): object[] {
    return ofApp(this.requests, app).map(([name, value]) => metricOf(name, value));
  }

  #external(metric: string, labels: ReadonlyMap<string, string>, apiVersion: string): Answer {
    const scaledObject = labels.get('scaledobject.keda.sh/name');
    if (scaledObject === undefined) return status(500, 'InternalError', 'scaledObject identifier is not specified');
    const value = this.triggers.get(`${scaledObject}/${metric}`);
    if (value === undefined) {
      const said = `rpc error: code = Unknown desc = error when getting metric values metric:${metric}`;
      return status(500, 'InternalError', said);
    }
    const item = { metricName: metric, metricLabels: null, timestamp: now(), value };
    return ok({ kind: 'ExternalMetricValueList', apiVersion, metadata: {}, items: [item] });
  }
}

function metricOf(name: string, value: string): object {
  return {
    describedObject: { namespace: 'shop', name, apiVersion: '/v1' },
    metric: { selector: null },
    timestamp: now(),
    value,
  };
}

function ofApp<Value>(values: ReadonlyMap<string, Value>, app: string): [string, Value][] {
  return [...values].filter(([name]) => name.startsWith(`${app}-`));
}

function pairOf(label: string): [string, string] {
  const [name = '', value = ''] = label.split('=');
  return [name, value];
}

function now(): string {
  return new Date().toISOString().replace(/\.\d+Z$/, 'Z');
}
