/**
 * How to reach a Kubernetes API server, and as whom: from a kubeconfig as kubectl has it, or from inside a pod. Why not by
 * the official client: docs/decisions/0044.
 */
import { readFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { delimiter, dirname, join, resolve } from 'node:path';
import { parse } from 'yaml';
import { z } from 'zod';
import { AdapterError } from '../../net/errors.js';
import { tlsOptions, type TlsOptions } from '../../net/tls.js';
import { execCredential, execSchema } from './credential.js';

export interface ClusterAccess {
  readonly server: string;
  /** Of the context, or of the pod. */
  readonly namespace: string | undefined;
  readonly tls: TlsOptions;
  /** Asked for each request: tokens expire, and files with tokens are renewed. An access that is made anew knows none. */
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
 * @throws AdapterError
 */
export async function clusterAccess(
  { kubeconfig, context }: AccessSettings,
  { environment, home, podFolder } = usualPlaces(),
): Promise<ClusterAccess> {
  if (kubeconfig !== undefined) return fromKubeconfig([await readKubeconfig(kubeconfig)], context);
  const listed = [...new Set(environment['KUBECONFIG']?.split(delimiter).filter((path) => path !== ''))];
  if (listed.length > 0) return fromKubeconfig(await readKubeconfigs(listed), context);
  const { KUBERNETES_SERVICE_HOST: host, KUBERNETES_SERVICE_PORT: port = '443' } = environment;
  const usual = join(home, '.kube', 'config');
  if (host === undefined || (await isThere(usual))) return fromKubeconfig([await readKubeconfig(usual)], context);
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

/** Without them the user would act with other rights than the kubeconfig says. */
const impersonation = ['as', 'as-uid', 'as-groups', 'as-user-extra'];
/** Alone they would leave the user without a credential. */
const otherCredentials = ['auth-provider', 'username', 'password'];

const contextSchema = z.object({ cluster: z.string(), user: z.string(), namespace: z.string().optional() });

/** An empty list is written as null by kubectl. */
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

/** As kubectl does: what is not there is passed over, as long as something is. */
async function readKubeconfigs(paths: readonly string[]): Promise<Kubeconfig[]> {
  const there = await Promise.all(paths.map(async (path) => ((await isThere(path)) ? [path] : [])));
  const found = there.flat();
  // The first one says why it cannot be read.
  return Promise.all((found.length === 0 ? paths.slice(0, 1) : found).map(readKubeconfig));
}

/** As kubectl merges: whichever file names something first has all of it. */
async function fromKubeconfig(files: readonly Kubeconfig[], wanted: string | undefined): Promise<ClusterAccess> {
  const all = files.map(({ path }) => path).join(delimiter);
  /** With the file that it stands in: paths in a kubeconfig are relative to it. */
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
  const refused = unsupportedIn(user);
  if (refused !== undefined) {
    const instead = 'use a user with a token, a client certificate or a credential plugin ("exec")';
    throw unusable(all, `its user "${context.user}" has "${refused}", which is not supported; ${instead}`);
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
  return [...impersonation, ...(isAlone ? otherCredentials : [])].find((name) => user[name] != null);
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

function unusable(path: string, why: string): AdapterError {
  return new AdapterError('notSent', `${path} cannot be used: ${why}`);
}
