/** The kinds of objects, which settings name by their kind or by its plural. */

/** The two names of a kind. */
export interface KindNames {
  readonly kind: string;
  readonly plural: string;
}

/**
 * Returns the names of a kind that every cluster has. Objects of these kinds include every field of their scale.
 * Undefined: the names must be read from the cluster.
 * @param kind the kind or its plural.
 */
export function kindOfApps(kind: string, apiVersion: string): KindNames | undefined {
  return apiVersion === 'apps/v1' ? kindsOfApps.find((names) => isNamed(names, kind)) : undefined;
}

const kindsOfApps: readonly KindNames[] = [
  { kind: 'Deployment', plural: 'deployments' },
  { kind: 'StatefulSet', plural: 'statefulsets' },
  { kind: 'ReplicaSet', plural: 'replicasets' },
];

export function isNamed(names: KindNames, kindOrPlural: string): boolean {
  return names.kind === kindOrPlural || names.plural === kindOrPlural;
}

/** As Kubernetes guesses it: `Rollout` -> `rollouts`, `Proxy` -> `proxies`. A name in lower case is a plural already. */
export function guessPlural(kind: string): string {
  const singular = kind.toLowerCase();
  if (singular === kind) return kind;
  if (singular.endsWith('s')) return `${singular}es`;
  return singular.endsWith('y') ? `${singular.slice(0, -1)}ies` : `${singular}s`;
}
