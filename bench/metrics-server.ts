/** The load of each Deployment of the benchmark: over plain HTTP for us, and as the external metrics API for the HPA. */
import { once } from 'node:events';
import { createServer as createHttpServer, type RequestListener, type Server } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { makeCertificates } from '../test/support/certificates.js';

export class MetricsServer {
  readonly #loads = new Map<string, number>();
  readonly #asked = new Map<string, number>();

  private constructor(
    private readonly plain: Server,
    private readonly secure: Server,
  ) {}

  static async open(): Promise<MetricsServer> {
    const { cert, key } = await makeCertificates();
    const answer: RequestListener = (request, response) => {
      const body = server.#answerTo(new URL(request.url ?? '/', 'http://any').pathname);
      response.writeHead(body === undefined ? 404 : 200, { 'content-type': 'application/json' });
      response.end(JSON.stringify(body ?? {}));
    };
    const server = new MetricsServer(createHttpServer(answer), createHttpsServer({ cert, key }, answer));
    for (const each of [server.plain, server.secure]) {
      each.keepAliveTimeout = 120_000;
      await once(each.listen(0, '127.0.0.1'), 'listening');
    }
    return server;
  }

  /** With the name of the Deployment behind it. */
  get url(): string {
    return `http://127.0.0.1:${(this.plain.address() as AddressInfo).port}/load`;
  }

  /** Of the external metrics API. */
  get securePort(): number {
    return (this.secure.address() as AddressInfo).port;
  }

  setLoad(name: string, load: number): void {
    this.#loads.set(name, load);
  }

  /** How often the load of a Deployment with such a name was asked for: once a look. */
  looksAt(prefix: string): number {
    return [...this.#asked].reduce((sum, [name, times]) => (name.startsWith(prefix) ? sum + times : sum), 0);
  }

  close(): void {
    for (const server of [this.plain, this.secure]) {
      server.close();
      server.closeAllConnections();
    }
  }

  #answerTo(path: string): unknown {
    if (path === groupPath) {
      const resource = { name: 'load', namespaced: true, kind: 'ExternalMetricValueList', verbs: ['get'] };
      return { kind: 'APIResourceList', apiVersion: 'v1', groupVersion, resources: [resource] };
    }
    const name = path.split('/').at(-1) ?? '';
    const load = this.#loads.get(name);
    if (load === undefined) return undefined;
    this.#asked.set(name, (this.#asked.get(name) ?? 0) + 1);
    if (!path.startsWith(groupPath)) return load;
    const item = { metricName: name, metricLabels: {}, timestamp: new Date().toISOString(), value: String(load) };
    return { kind: 'ExternalMetricValueList', apiVersion: groupVersion, metadata: {}, items: [item] };
  }
}

export const groupVersion = 'external.metrics.k8s.io/v1beta1';
const groupPath = `/apis/${groupVersion}`;
