/** How to reach a Kubernetes API server, and as whom: from a kubeconfig as kubectl has it, or from inside a pod. */
import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { delimiter, dirname, join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { parse } from 'yaml';
import { z } from 'zod';
import type { TlsOptions } from './http-exchange.js';
import { Trouble } from './trouble.js';

export interface ClusterAccess {
  readonly server: string;
  /** Of the context, or of the pod. */
  readonly namespace: string | undefined;
  readonly tls: TlsOptions;
  /** Asked for each request: tokens expire, and files with tokens are renewed. */
  headers(): Promise<Readonly<Record<string, string>>>;
}

export interface AccessSettings {
  readonly kubeconfig?: string | undefined;
  readonly context?: string | undefined;
}

/** Where there may be something that says how. */
interface Places {
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly home: string;
  /** What Kubernetes mounts into every pod. */
  readonly podFolder: string;
}

const usualPlaces = (): Places => ({
  environment: process.env,
  home: homedir(),
  podFolder: '/var/run/secrets/kubernetes.io/serviceaccount',
});

/**
 * Looks where kubectl looks: the setting, then KUBECONFIG, then ~/.kube/config, then the pod's service account.
 * @throws Trouble
 */
export async function clusterAccess(
  { kubeconfig, context }: AccessSettings,
  { environment, home, podFolder } = usualPlaces(),
): Promise<ClusterAccess> {
  const named = kubeconfig ?? environment['KUBECONFIG']?.split(delimiter).find((path) => path !== '');
  if (named !== undefined) return fromKubeconfig(named, context);
  const { KUBERNETES_SERVICE_HOST: host, KUBERNETES_SERVICE_PORT: port = '443' } = environment;
  const usual = join(home, '.kube', 'config');
  if (host === undefined || (await isThere(usual))) return fromKubeconfig(usual, context);
  return {
    server: `https://${host.includes(':') ? `[${host}]` : host}:${port}`,
    namespace: await textOf(join(podFolder, 'namespace')),
    tls: { ca: await textOf(join(podFolder, 'ca.crt')) },
    headers: async () => bearer(await textOf(join(podFolder, 'token'))),
  };
}

const clusterSchema = z.object({
  server: z.url({ protocol: /^https?$/ }),
  'certificate-authority': z.string().optional(),
  'certificate-authority-data': z.string().optional(),
  'insecure-skip-tls-verify': z.boolean().default(false),
  'tls-server-name': z.string().optional(),
});

const execSchema = z.object({
  apiVersion: z.string(),
  command: z.string(),
  args: z.array(z.string()).nullish(),
  env: z.array(z.object({ name: z.string(), value: z.string() })).nullish(),
});

const userSchema = z.object({
  token: z.string().optional(),
  tokenFile: z.string().optional(),
  'client-certificate': z.string().optional(),
  'client-certificate-data': z.string().optional(),
  'client-key': z.string().optional(),
  'client-key-data': z.string().optional(),
  exec: execSchema.optional(),
});

const contextSchema = z.object({ cluster: z.string(), user: z.string(), namespace: z.string().optional() });

const kubeconfigSchema = z.object({
  'current-context': z.string().default(''),
  clusters: z.array(z.object({ name: z.string(), cluster: clusterSchema })).default([]),
  users: z.array(z.object({ name: z.string(), user: userSchema })).default([]),
  contexts: z.array(z.object({ name: z.string(), context: contextSchema })).default([]),
});

async function fromKubeconfig(path: string, wanted: string | undefined): Promise<ClusterAccess> {
  const parsed = kubeconfigSchema.safeParse(parseYaml(await textOf(path), path));
  if (!parsed.success) throw unusable(path, z.prettifyError(parsed.error).replaceAll('\n', ' '));
  const { contexts, clusters, users, 'current-context': current } = parsed.data;
  const named = <Entry extends { name: string }>(entries: readonly Entry[], what: string, name: string): Entry => {
    const found = entries.find((entry) => entry.name === name);
    if (!found) throw unusable(path, `it has no ${what} named "${name}"`);
    return found;
  };
  const { context } = named(contexts, 'context', wanted ?? current);
  const { cluster } = named(clusters, 'cluster', context.cluster);
  const { user } = named(users, 'user', context.user);
  // Paths in a kubeconfig are relative to it.
  const pem = async (data: string | undefined, file: string | undefined) => {
    if (data !== undefined) return Buffer.from(data, 'base64').toString('utf8');
    return file === undefined ? undefined : textOf(resolve(dirname(path), file));
  };
  const ca = await pem(cluster['certificate-authority-data'], cluster['certificate-authority']);
  const cert = await pem(user['client-certificate-data'], user['client-certificate']);
  const key = await pem(user['client-key-data'], user['client-key']);
  return {
    server: cluster.server.replace(/\/+$/, ''),
    namespace: context.namespace,
    tls: {
      ...(ca !== undefined && { ca }),
      ...(cert !== undefined && { cert }),
      ...(key !== undefined && { key }),
      ...(cluster['tls-server-name'] !== undefined && { servername: cluster['tls-server-name'] }),
      ...(cluster['insecure-skip-tls-verify'] && { rejectUnauthorized: false }),
    },
    headers: headersOf(user, dirname(path)),
  };
}

function headersOf(user: z.output<typeof userSchema>, folder: string): ClusterAccess['headers'] {
  const { token, tokenFile, exec } = user;
  if (tokenFile !== undefined) return async () => bearer(await textOf(resolve(folder, tokenFile)));
  if (token !== undefined) return async () => bearer(token);
  if (exec !== undefined) {
    const credential = execCredential(exec, folder);
    return async () => bearer(await credential());
  }
  return async () => ({});
}

const credentialSchema = z.object({
  status: z.object({ token: z.string(), expirationTimestamp: z.iso.datetime({ offset: true }).optional() }),
});

/** The credential plugin of EKS, GKE or AKS: asked again shortly before its token expires. */
function execCredential(exec: z.output<typeof execSchema>, folder: string): () => Promise<string> {
  let known: { token: string; expiresAtMs: number } | undefined;
  return async () => {
    if (known && Date.now() < known.expiresAtMs - 60_000) return known.token;
    const environment = Object.fromEntries((exec.env ?? []).map(({ name, value }) => [name, value]));
    const info = { apiVersion: exec.apiVersion, kind: 'ExecCredential', spec: { interactive: false } };
    const command = exec.command.includes('/') ? resolve(folder, exec.command) : exec.command;
    const { stdout } = await promisify(execFile)(command, exec.args ?? [], {
      env: { ...process.env, ...environment, KUBERNETES_EXEC_INFO: JSON.stringify(info) },
      timeout: 30_000,
    }).catch((error: unknown) => {
      const code = (error as NodeJS.ErrnoException).code ?? 'killed';
      throw new Trouble('notSent', `the credential plugin "${exec.command}" failed (${code})`);
    });
    const parsed = credentialSchema.safeParse(parseYaml(stdout, exec.command));
    if (!parsed.success) throw new Trouble('notSent', `the credential plugin "${exec.command}" gave no token`);
    const { token, expirationTimestamp } = parsed.data.status;
    known = { token, expiresAtMs: expirationTimestamp === undefined ? Infinity : Date.parse(expirationTimestamp) };
    return token;
  };
}

function bearer(token: string): Readonly<Record<string, string>> {
  return { Authorization: `Bearer ${token}` };
}

async function textOf(path: string): Promise<string> {
  try {
    return (await readFile(path, 'utf8')).trim();
  } catch (error) {
    throw unusable(path, `it cannot be read (${(error as NodeJS.ErrnoException).code ?? String(error)})`);
  }
}

async function isThere(path: string): Promise<boolean> {
  return readFile(path).then(
    () => true,
    () => false,
  );
}

function parseYaml(text: string, path: string): unknown {
  try {
    return parse(text);
  } catch {
    throw unusable(path, 'it is neither YAML nor JSON');
  }
}

function unusable(path: string, why: string): Trouble {
  return new Trouble('notSent', `${path} cannot be used: ${why}`);
}
