/** A real Docker Engine with a swarm of one manager. Its tasks run `sleep`. Runs as root only. */
import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { promisify } from 'node:util';
import { type FencedRequest, sendOnce } from '../../src/adapters/net/http/send-once.js';
import { debianCommand } from './installed.js';
import { freePorts } from './free-ports.js';
import { ServiceProcess } from './service-process.js';

const run = promisify(execFile);

export const needs = { engine: debianCommand('dockerd', 'docker.io'), client: debianCommand('docker', 'docker.io') };

/** Paths of the certificates with which the Engine also listens on TCP. */
export interface EngineTls {
  readonly ca: string;
  readonly cert: string;
  readonly key: string;
}

export interface DockerService {
  /** `unix:///...`. */
  readonly host: string;
  /** `tcp://127.0.0.1:...`, which requires a client certificate. Listens only if there are certificates. */
  readonly tcpHost: string;
  /** A request over the socket. Rejects when it is refused. */
  request(method: FencedRequest['method'], path: string, body?: unknown): Promise<unknown>;
  createService(name: string, replicas: number, more?: object): Promise<void>;
  setReplicas(name: string, replicas: number): Promise<void>;
  replicas(name: string): Promise<number>;
  start(): Promise<void>;
  stop(): Promise<void>;
}

interface SwarmService {
  readonly ID: string;
  readonly Version: { readonly Index: number };
  readonly Spec: { readonly Mode: { readonly Replicated: { readonly Replicas: number } } };
}

/** Of a registry that does not exist: the Engine uses the local image. */
const image = 'localhost:1/sleep';

export async function dockerService(tls?: EngineTls): Promise<DockerService> {
  const engine = await needs.engine.path();
  const client = await needs.client.path();
  const folder = await mkdtemp(join(tmpdir(), 'escapement-docker-'));
  const [tcpPort = 0, swarmPort = 0] = await freePorts(2);
  const socketPath = join(folder, 'docker.sock');
  const host = `unix://${socketPath}`;
  const tcpHost = `tcp://127.0.0.1:${tcpPort}`;
  // A file of its own, so that the settings of this machine do not count.
  const configuration = join(folder, 'daemon.json');
  await writeFile(configuration, '{}');

  const request: DockerService['request'] = async (method, path, body) => {
    const text = body === undefined ? {} : { body: JSON.stringify(body) };
    const headers = { 'Content-Type': 'application/json' };
    const asked = { method, url: new URL(path, 'http://docker'), headers, ...text, socketPath, timeoutMs: 30_000 };
    const result = await sendOnce({ ...asked, mostBytes: 2 ** 24 }, new AbortController().signal);
    if (result.kind !== 'answered' || result.status >= 300 || !('text' in result.body)) {
      throw new Error(`${method} ${path}: ${JSON.stringify(result)}`);
    }
    return result.body.text === '' ? undefined : (JSON.parse(result.body.text) as unknown);
  };
  const daemon = new ServiceProcess({
    name: 'dockerd',
    command: engine,
    args: [
      ...['--config-file', configuration, '--host', host, '--pidfile', join(folder, 'pid')],
      ...['--data-root', join(folder, 'data'), '--exec-root', join(folder, 'exec'), '--storage-driver', 'vfs'],
      ...['--bridge=none', '--iptables=false', '--ip6tables=false', '--ip-masq=false'],
      ...(tls ? ['--host', tcpHost, '--tlsverify', '--tlscacert', tls.ca, '--tlscert', tls.cert] : []),
      ...(tls ? ['--tlskey', tls.key] : []),
    ],
    isReady: async () => (await request('GET', '/version')) !== undefined,
  });
  const inspect = async (name: string) => (await request('GET', `/services/${name}`)) as SwarmService;

  return {
    host,
    tcpHost,
    request,
    createService: async (name, replicas, more = {}) => {
      // A task ends by itself, also if this process is killed.
      const container = { Image: image, Command: ['/bin/sleep', '600'], StopGracePeriod: 1 };
      const mode = { Replicated: { Replicas: replicas } };
      await request('POST', '/services/create', {
        Name: name,
        TaskTemplate: { ContainerSpec: container },
        Mode: mode,
        ...more,
      });
    },
    setReplicas: async (name, Replicas) => {
      const { ID, Version, Spec } = await inspect(name);
      const body = { ...Spec, Mode: { Replicated: { Replicas } } };
      await request('POST', `/services/${ID}/update?version=${Version.Index}`, body);
    },
    replicas: async (name) => (await inspect(name)).Spec.Mode.Replicated.Replicas,
    start: async () => {
      await daemon.start();
      await importImage(join(folder, 'image'), [client, '--host', host]);
      // The port of the gossip is fixed, so each swarm has a loopback address of its own.
      const address = `127.${swarmPort >> 8}.${swarmPort & 255}.2`;
      await request('POST', '/swarm/init', { ListenAddr: `${address}:${swarmPort}`, AdvertiseAddr: address });
    },
    stop: async () => {
      // Containers are processes of their own, which the Engine stops when it is asked to end.
      const { pid } = daemon;
      if (pid !== undefined) process.kill(pid, 'SIGTERM');
      for (const endsAtMs = Date.now() + 20_000; pid !== undefined && isRunning(pid) && Date.now() < endsAtMs;) {
        await setTimeout(50);
      }
      await daemon.stop();
      await rm(folder, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}

/** An image with this machine's `sleep` and its libraries, because nothing can be pulled. */
async function importImage(folder: string, [client = '', ...args]: readonly string[]): Promise<void> {
  const root = join(folder, 'root');
  await mkdir(root, { recursive: true });
  const { stdout } = await run('ldd', ['/bin/sleep']);
  const libraries = stdout.match(/\/\S+/g) ?? [];
  await run('cp', ['--dereference', '--parents', '/bin/sleep', ...libraries, root]);
  await run('tar', ['--create', '--file', join(folder, 'image.tar'), '--directory', root, '.']);
  await run(client, [...args, 'import', join(folder, 'image.tar'), image]);
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
