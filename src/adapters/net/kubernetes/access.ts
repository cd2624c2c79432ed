/**
 * The address of a Kubernetes API server and the credentials for it, from a kubeconfig or from the service account of a
 * pod. docs/decisions/0044 gives the reason for not using the official client.
 */
import { readFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { delimiter, dirname, join, resolve } from 'node:path';
import { parse } from 'yaml';
import { z } from 'zod';
import { AdapterError } from '../errors.js';
import { tlsOptions, type TlsOptions } from '../tls.js';
import { execCredential, execSchema } from './credential.js';

export interface ClusterAccess {
  readonly server: string;
  /** The namespace of the context, or of the pod. */
  readonly namespace: string | undefined;
  readonly tls: TlsOptions;
  /**
   * Called for each request, because tokens expire and files with tokens are renewed. A new access does not reuse the
   * tokens of an earlier access.
   */
  headers(): Promise<Readonly<Record<string, string>>>;
}

export interface AccessSettings {
  readonly kubeconfig?: string | undefined;
  readonly context?: string | undefined;
}

/** The places that may contain the access. */
interface Places {
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly home: string;
  /** The folder that Kubernetes mounts into every pod. */
  readonly podFolder: string;
}

const defaultPlaces = (): Places => ({
  environment: process.env,
  home: homedir(),
  podFolder: '/var/run/secrets/kubernetes.io/serviceaccount',
});

/**
 * Searches in the same order as kubectl: the setting, KUBECONFIG, ~/.kube/config, and the service account of the pod.
 * @throws AdapterError
 */
export async function clusterAccess(
  { kubeconfig, context }: AccessSettings,
  { environment, home, podFolder } = defaultPlaces(),
): Promise<ClusterAccess> {
  if (kubeconfig !== undefined) return fromKubeconfig([await readKubeconfig(kubeconfig)], context);
  const listed = [...new Set(environment['KUBECONFIG']?.split(delimiter).filter((path) => path !== ''))];
  if (listed.length > 0) return fromKubeconfig(await readKubeconfigs(listed), context);
  const { KUBERNETES_SERVICE_HOST: host, KUBERNETES_SERVICE_PORT: port = '443' } = environment;
  const defaultPath = join(home, '.kube', 'config');
  if (host === undefined || (await exists(defaultPath))) {
    return fromKubeconfig([await readKubeconfig(defaultPath)], context);
  }
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

const userSchema = z.looseObject({
  token: z.string().optional(),
  tokenFile: z.string().optional(),
  'client-certificate': z.string().optional(),
  'client-certificate-data': z.string().optional(),
  'client-key': z.string().optional(),
  'client-key-data': z.string().optional(),
  exec: execSchema.optional(),
});

type User = z.output<typeof userSchema>;

/** Without these fields, the user would have other permissions than the kubeconfig specifies. */
const impersonation = ['as', 'as-uid', 'as-groups', 'as-user-extra'];
/** Without a supported credential, a user with one of these fields would have no credential. */
const unsupportedCredentials = ['auth-provider', 'username', 'password'];

const contextSchema = z.object({ cluster: z.string(), user: z.string(), namespace: z.string().optional() });

/** kubectl writes an empty list as null. */
const listOf = <Entry extends z.ZodType>(entry: Entry) =>
  z
    .array(entry)
    .nullish()
    .transform((entries) => entries ?? []);

const kubeconfigSchema = z.object({
  'current-context': z.string().nullish(),
  clusters: listOf(z.object({ name: z.string(), cluster: clusterSchema })),
  users: listOf(z.object({ name: z.string(), user: userSchema })),
  contexts: listOf(z.object({ name: z.string(), context: contextSchema })),
});

interface Kubeconfig extends z.output<typeof kubeconfigSchema> {
  readonly path: string;
}

async function readKubeconfig(path: string): Promise<Kubeconfig> {
  const parsed = kubeconfigSchema.safeParse(parseYaml(await textOf(path), path) ?? {});
  if (!parsed.success) throw unusable(path, z.prettifyError(parsed.error).replaceAll('\n', ' '));
  return { ...parsed.data, path };
}

/** As in kubectl, missing files are skipped if at least one file exists. */
async function readKubeconfigs(paths: readonly string[]): Promise<Kubeconfig[]> {
  const existing = await Promise.all(paths.map(async (path) => ((await exists(path)) ? [path] : [])));
  const found = existing.flat();
  // If no file exists, reading the first path reports the error.
  return Promise.all((found.length === 0 ? paths.slice(0, 1) : found).map(readKubeconfig));
}

/** As in kubectl, the first file that contains an entry provides the whole entry. */
async function fromKubeconfig(files: readonly Kubeconfig[], wanted: string | undefined): Promise<ClusterAccess> {
  const all = files.map(({ path }) => path).join(delimiter);
  /** Returns the entry and the folder of its file, because paths in a kubeconfig are relative to that folder. */
  const named = <Entry extends { name: string }>(
    entriesOf: (file: Kubeconfig) => readonly Entry[],
    what: string,
    name: string,
  ): Entry & { folder: string } => {
    for (const file of files) {
      const found = entriesOf(file).find((entry) => entry.name === name);
      if (found) return { ...found, folder: dirname(file.path) };
    }
    throw unusable(all, `it has no ${what} named "${name}"`);
  };
  const current = files.map((file) => file['current-context'] ?? '').find((name) => name !== '');
  const chosen = wanted ?? current;
  if (chosen === undefined) throw unusable(all, 'it has no current-context, and no context is set');
  const { context } = named(({ contexts }) => contexts, 'context', chosen);
  const { cluster, folder } = named(({ clusters }) => clusters, 'cluster', context.cluster);
  const { user, folder: userFolder } = named(({ users }) => users, 'user', context.user);
  const unsupported = unsupportedIn(user);
  if (unsupported !== undefined) {
    const fix = 'Use a user with a token, a client certificate or a credential plugin ("exec")';
    throw unusable(all, `its user "${context.user}" has "${unsupported}", which is not supported. ${fix}`);
  }
  const ca = await pem(cluster['certificate-authority-data'], cluster['certificate-authority'], folder);
  const cert = await pem(user['client-certificate-data'], user['client-certificate'], userFolder);
  const key = await pem(user['client-key-data'], user['client-key'], userFolder);
  return {
    server: cluster.server.replace(/\/+$/, ''),
    namespace: context.namespace,
    tls: tlsOptions({
      ca,
      cert,
      key,
      serverName: cluster['tls-server-name'],
      ...(cluster['insecure-skip-tls-verify'] && { verify: false }),
    }),
    headers: headersOf(user, userFolder),
  };
}

function unsupportedIn(user: User): string | undefined {
  const { token, tokenFile, exec } = user;
  const supported = [token, tokenFile, exec, user['client-certificate'], user['client-certificate-data']];
  const isAlone = supported.every((credential) => credential === undefined);
  return [...impersonation, ...(isAlone ? unsupportedCredentials : [])].find((name) => user[name] != null);
}

async function pem(data: string | undefined, file: string | undefined, folder: string): Promise<string | undefined> {
  if (data !== undefined) return Buffer.from(data, 'base64').toString('utf8');
  return file === undefined ? undefined : textOf(resolve(folder, file));
}

function headersOf(user: User, folder: string): ClusterAccess['headers'] {
  const { token, tokenFile, exec } = user;
  if (tokenFile !== undefined) return async () => bearer(await textOf(resolve(folder, tokenFile)));
  if (token !== undefined) return async () => bearer(token);
  if (exec !== undefined) {
    const credential = execCredential(exec, folder);
    return async () => bearer(await credential());
  }
  return async () => ({});
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

async function exists(path: string): Promise<boolean> {
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

function unusable(path: string, reason: string): AdapterError {
  return new AdapterError('notSent', `${path} cannot be used: ${reason}`);
}
