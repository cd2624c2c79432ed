/** Objects of the Kubernetes API for the tests of its sources, and a kubeconfig for a local server. */
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { plantedSecret } from './conformance.js';

const folder = mkdtempSync(join(tmpdir(), 'escapement-kubeconfig-'));

/** @returns the path of a kubeconfig with a token. */
export function kubeconfigFor(port: number, token = plantedSecret): string {
  const path = join(folder, `${port}-${token === plantedSecret ? 'right' : 'wrong'}`);
  const config = {
    'current-context': 'here',
    clusters: [{ name: 'one', cluster: { server: `http://127.0.0.1:${port}` } }],
    users: [{ name: 'me', user: { token } }],
    contexts: [{ name: 'here', context: { cluster: 'one', user: 'me' } }],
  };
  writeFileSync(path, JSON.stringify(config), { mode: 0o600 });
  return path;
}

export interface PodCase {
  readonly phase: string;
  /** Null: the pod has no condition `Ready`. */
  readonly ready: boolean | null;
  /** In thousandths. */
  readonly request: number;
  /** In seconds, like the next field. */
  readonly startedAgo: number | null;
  readonly readyChangedAgo?: number | null;
  /** In thousandths. Null: no sample. */
  readonly used?: number | null;
  readonly deleting?: boolean;
}

const ago = (seconds: number) => new Date(Date.now() - seconds * 1000).toISOString();

export function podOf({ phase, ready, request, ...pod }: PodCase, at: number, resource: 'cpu' | 'memory'): object {
  const condition = {
    type: 'Ready',
    status: ready === true ? 'True' : 'False',
    ...(typeof pod.readyChangedAgo === 'number' && { lastTransitionTime: ago(pod.readyChangedAgo) }),
  };
  return {
    metadata: { name: `web-${at}`, ...(pod.deleting === true && { deletionTimestamp: ago(1) }) },
    spec: { containers: [{ name: 'main', resources: { requests: { [resource]: `${request}m` } } }] },
    status: {
      phase,
      ...(pod.startedAgo !== null && { startTime: ago(pod.startedAgo) }),
      ...(ready !== null && { conditions: [condition] }),
    },
  };
}

interface Metric {
  readonly kind: 'utilization' | 'average' | 'custom';
  readonly resource: 'cpu' | 'memory';
  readonly window: number;
}

/** The items of a list of `metrics.k8s.io` or of `custom.metrics.k8s.io`. */
export function metricsOf(used: readonly (number | null | undefined)[], { kind, resource, window }: Metric): object[] {
  const timestamp = ago(0);
  return used.flatMap((amount, at): object[] => {
    if (typeof amount !== 'number') return [];
    const name = `web-${at}`;
    if (kind === 'custom') return [{ describedObject: { kind: 'Pod', name }, timestamp, value: `${amount}m` }];
    const containers = [{ name: 'main', usage: { [resource]: `${amount}m` } }];
    return [{ metadata: { name }, timestamp, window: `${window}s`, containers }];
  });
}
