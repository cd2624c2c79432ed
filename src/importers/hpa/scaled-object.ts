/** `spec.scaleTargetRef`, as the platform and as the workload of the sources. */
import type { Path } from '../../config/file/path.js';
import type { Fields } from '../fields.js';
import type { Workload } from './metrics.js';

interface ScaledObject {
  readonly platform: Readonly<Record<string, string>>;
  readonly workload: Workload;
  /** The same for two references to the same object. */
  readonly key: string;
  readonly warnings: readonly { readonly path: Path; readonly message: string }[];
}

/** Versions that the API server no longer serves. All of them name the objects of apps/v1. */
const formerVersions = ['extensions/v1beta1', 'apps/v1beta1', 'apps/v1beta2'];
const kindsOfApps = ['Deployment', 'ReplicaSet', 'StatefulSet'];

/**
 * @param defaultKind the kind of a reference without one, which is then of apps/v1. Absent: such a reference is invalid,
 *   and one without a version is of the core group.
 */
export function scaledObject(reference: Fields, namespace: string | undefined, defaultKind?: string): ScaledObject {
  const kind =
    (defaultKind === undefined ? undefined : (reference.at('kind').optionalText() ?? defaultKind)) ??
    reference.at('kind').text();
  const name = reference.at('name').text();
  const version = reference.at('apiVersion');
  const written = version.optionalText();
  const isOfApps = kindsOfApps.includes(kind) && (written === undefined || formerVersions.includes(written));
  const apiVersion = isOfApps ? 'apps/v1' : (written ?? (defaultKind === undefined ? 'v1' : 'apps/v1'));
  const workload = {
    ...(namespace !== undefined && { namespace }),
    kind,
    name,
    ...(apiVersion !== 'apps/v1' && { apiVersion }),
  };
  const group = apiVersion.includes('/') ? apiVersion.split('/')[0] : '';
  const message = `is ${written ?? 'not set'}, and became ${apiVersion}`;
  return {
    platform: { type: 'kubernetes', ...workload },
    workload,
    key: [namespace ?? 'default', kind, group, name].filter((part) => part !== '').join('/'),
    warnings: apiVersion === written ? [] : [{ path: version.path, message }],
  };
}
