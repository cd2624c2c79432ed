/** A real Kubernetes without nodes: etcd, kube-apiserver, and the controllers of Deployments, ReplicaSets and autoscalers. */
import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { mkdtemp, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type FencedRequest, sendOnce } from '../../src/adapters/net/http/send-once.js';
import { debianCommand, goProgram } from './installed.js';
import { freePorts } from './free-ports.js';
import { ServiceProcess } from './service-process.js';

export interface KubernetesService {
  readonly url: string;
  /** The certificate that the server shows; there once it runs. */
  ca(): Promise<string>;
  /** Path of a kubeconfig for one of the users that the service was made with, or for `administrator`. */
  kubeconfig(user: string, server?: string): Promise<string>;
  /** A request as the administrator. Rejects when it is refused. */
  request(method: FencedRequest['method'], path: string, body?: unknown): Promise<unknown>;
  /** Further controllers, in a process of their own that is not started yet. There once the cluster runs. */
  controllers(names: readonly string[], flags?: readonly string[]): Promise<ServiceProcess>;
  /** The kube-apiserver alone, which can be made to fail. */
  readonly apiServer: Pick<ServiceProcess, 'start' | 'stop' | 'pause' | 'resume'> & { readonly port: number };
  start(): Promise<void>;
  stop(): Promise<void>;
}

const administrator = 'administrator';
const version = '1.36.3';

export const needs = {
  etcd: debianCommand('etcd', 'etcd-server'),
  program: goProgram(
    `kube-apiserver ${version}`,
    fileURLToPath(new URL('kubernetes', import.meta.url)),
    `kubernetes-${version}`,
  ),
};

/** @param users who may do nothing until a role is bound to them. */
export async function kubernetesService(users: readonly string[] = []): Promise<KubernetesService> {
  const etcdCommand = await needs.etcd.path();
  const program = await needs.program.path();
  const [etcdPort = 0, peerPort = 0, port = 0] = await freePorts(3);
  const folder = await mkdtemp(join(tmpdir(), 'escapement-kubernetes-'));
  const url = `https://127.0.0.1:${port}`;
  const etcdUrl = `http://127.0.0.1:${etcdPort}`;
  const tokens = Object.fromEntries([administrator, ...users].map((user) => [user, randomBytes(16).toString('hex')]));
  const groupOf = (user: string) => (user === administrator ? ',system:masters' : '');
  await writeFile(
    join(folder, 'tokens.csv'),
    Object.entries(tokens)
      .map(([user, token]) => `${token},${user},${user}${groupOf(user)}\n`)
      .join(''),
  );
  const { privateKey, publicKey } = generateKeyPairSync('rsa', {
    modulusLength: 2048,
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
    publicKeyEncoding: { type: 'spki', format: 'pem' },
  });
  await writeFile(join(folder, 'account.key'), privateKey);
  await writeFile(join(folder, 'account.pub'), publicKey);
  const ca = () => readFile(join(folder, 'apiserver.crt'), 'utf8');

  const kubeconfig = async (user: string, server = url): Promise<string> => {
    const path = join(folder, `${user}-${new URL(server).port}.kubeconfig`);
    const cluster = { server, 'certificate-authority-data': Buffer.from(await ca()).toString('base64') };
    const config = {
      'current-context': 'test',
      clusters: [{ name: 'test', cluster }],
      users: [{ name: user, user: { token: tokens[user] } }],
      contexts: [{ name: 'test', context: { cluster: 'test', user } }],
    };
    await writeFile(path, JSON.stringify(config), { mode: 0o600 });
    return path;
  };

  const ask = async (method: FencedRequest['method'], path: string, body?: unknown) => {
    const headers = { Authorization: `Bearer ${tokens[administrator] ?? ''}`, 'Content-Type': 'application/json' };
    const asked: FencedRequest = {
      method,
      url: new URL(url + path),
      headers,
      ...(body !== undefined && { body: JSON.stringify(body) }),
      timeoutMs: 10_000,
      tls: { ca: await ca() },
      mostBytes: 2 ** 24,
    };
    return sendOnce(asked, new AbortController().signal);
  };
  const request: KubernetesService['request'] = async (method, path, body) => {
    const result = await ask(method, path, body);
    if (result.kind !== 'answered' || result.status >= 300 || !('text' in result.body)) {
      throw new Error(`${method} ${path}: ${JSON.stringify(result)}`);
    }
    return JSON.parse(result.body.text) as unknown;
  };

  const etcd = new ServiceProcess({
    name: 'etcd',
    command: etcdCommand,
    args: [
      `--data-dir=${join(folder, 'etcd')}`,
      `--listen-client-urls=${etcdUrl}`,
      `--advertise-client-urls=${etcdUrl}`,
      `--listen-peer-urls=http://127.0.0.1:${peerPort}`,
      '--unsafe-no-fsync',
    ],
    isReady: async () => (await fetch(`${etcdUrl}/health`)).ok,
  });
  const server = new ServiceProcess({
    name: 'kube-apiserver',
    command: program,
    args: [
      'apiserver',
      `--etcd-servers=${etcdUrl}`,
      '--bind-address=127.0.0.1',
      `--secure-port=${port}`,
      `--cert-dir=${folder}`,
      `--token-auth-file=${join(folder, 'tokens.csv')}`,
      `--service-account-key-file=${join(folder, 'account.pub')}`,
      `--service-account-signing-key-file=${join(folder, 'account.key')}`,
      `--service-account-issuer=${url}`,
      '--authorization-mode=RBAC',
      '--disable-admission-plugins=ServiceAccount',
    ],
    isReady: async () => {
      const result = await ask('GET', '/readyz');
      return result.kind === 'answered' && result.status === 200;
    },
  });
  const controllers: KubernetesService['controllers'] = async (names, flags = []) =>
    new ServiceProcess({
      name: 'kube-controller-manager',
      command: program,
      args: [
        'controller-manager',
        `--kubeconfig=${await kubeconfig(administrator)}`,
        '--secure-port=0',
        '--leader-elect=false',
        `--service-account-private-key-file=${join(folder, 'account.key')}`,
        `--controllers=${names.join(',')}`,
        ...flags,
      ],
      isReady: async () => true,
    });

  const running: ServiceProcess[] = [];
  const stop = async () => {
    for (const process of running.splice(0).reverse()) await process.stop();
  };
  const start = async () => {
    try {
      const workloads = () => controllers(['deployment-controller', 'replicaset-controller', 'statefulset-controller']);
      for (const make of [() => etcd, () => server, workloads]) {
        const process = await make();
        await process.start();
        running.push(process);
      }
    } catch (error) {
      await stop();
      throw error;
    }
  };
  const apiServer = {
    port,
    start: () => server.start(),
    stop: () => server.stop(),
    pause: () => server.pause(),
    resume: () => server.resume(),
  };
  return { url, ca, kubeconfig, request, controllers, apiServer, start, stop };
}
