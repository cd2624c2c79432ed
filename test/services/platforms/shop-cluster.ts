/** A cluster with the namespace `shop`, where the user `escapement` has the permissions that docs/platforms/kubernetes.md lists. */
import { readFile } from 'node:fs/promises';
import { parseAllDocuments } from 'yaml';
import type { KubernetesService } from '../../../scripts/services/kubernetes.js';
import { kubernetes } from '../../../src/adapters/platforms/kubernetes/kubernetes.js';
import type { Platform, RecordLog } from '../../../src/adapters/platforms/platform.js';

interface Role {
  kind: 'Role' | 'RoleBinding';
  metadata: { name: string };
  roleRef?: { name: string };
  subjects?: { name: string }[];
  rules?: { apiGroups: string[] }[];
}

/** The permissions that a page lists. */
export async function rolesOf(path: string): Promise<Role[]> {
  const page = await readFile(path, 'utf8');
  const documents = parseAllDocuments(/```yaml\n(apiVersion: rbac[\s\S]*?)```/.exec(page)![1]!);
  return documents.map((document) => document.toJS() as Role);
}

/** @param user receives the permissions of the page, without those for the API groups in `except`. */
export async function permitAsThePage(cluster: KubernetesService, user: string, except: readonly string[] = []) {
  for (const role of await rolesOf('docs/platforms/kubernetes.md')) {
    role.metadata.name = user;
    if (role.roleRef) role.roleRef.name = user;
    if (role.subjects) role.subjects[0]!.name = user;
    if (role.rules) role.rules = role.rules.filter(({ apiGroups: [group = ''] }) => !except.includes(group));
    const path = `/apis/rbac.authorization.k8s.io/v1/namespaces/shop/${role.kind.toLowerCase()}s`;
    await cluster.request('POST', path, role);
  }
}

export async function startShop(cluster: KubernetesService): Promise<void> {
  await cluster.start();
  await cluster.request('POST', '/api/v1/namespaces', { metadata: { name: 'shop' } });
  await permitAsThePage(cluster, 'escapement');
}

export async function platformIn(
  cluster: KubernetesService,
  settings: Record<string, unknown>,
  { user = 'escapement', recordLog }: { user?: string; recordLog?: RecordLog } = {},
): Promise<Platform> {
  const kubeconfig = await cluster.kubeconfig(user);
  return kubernetes.create(kubernetes.settings.parse({ kubeconfig, namespace: 'shop', ...settings }), {
    resource: 'worker',
    requestTimeoutMs: 10_000,
    ...(recordLog && { recordLog }),
  });
}

export async function deploy(
  cluster: KubernetesService,
  name: string,
  replicas: number,
  kind = 'Deployment',
): Promise<void> {
  const labels = { app: name };
  const template = { metadata: { labels }, spec: { containers: [{ name: 'main', image: 'none' }] } };
  const body = {
    metadata: { name },
    spec: { replicas, serviceName: name, selector: { matchLabels: labels }, template },
  };
  if (kind === 'Deployment') Object.assign(body.spec, { serviceName: undefined });
  await cluster.request('POST', `/apis/apps/v1/namespaces/shop/${kind.toLowerCase()}s`, body);
}
