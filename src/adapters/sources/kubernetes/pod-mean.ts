/** A sample of a workload: the mean over its pods, with the pods for the policy `utilization`. */
import { meanOfPods, type PodLoads } from '../../../domain/policies/load/pods.js';
import { AdapterError } from '../../net/errors.js';
import type { GroupedPods } from './group-pods.js';
import type { Pod } from './workload.js';

interface PodMean {
  readonly value: number;
  readonly pods?: PodLoads;
  readonly atMs?: number;
  readonly isDated?: boolean;
  readonly note?: string;
}

/** A workload without replicas uses nothing. This is the only mean that is known without pods. */
export const noReplicas: PodMean = { value: 0, note: 'no replicas are requested' };

/**
 * @param shareOf the request of a pod in thousandths, or 1 for an average
 * @throws AdapterError if no sample counts, or a pod has no request
 */
export function podMean(
  { counted, missing, unready }: GroupedPods,
  measure: PodLoads['measure'],
  shareOf: (pod: Pod) => number,
): PodMean {
  if (counted.length === 0) {
    const found = `${missing.length} have no sample, and ${unready.length} are starting or not ready`;
    throw new AdapterError('noData', `no pod has a sample that counts: ${found}.`);
  }
  const pods: PodLoads = {
    measure,
    counted: counted.map(({ pod, sample }) => ({ used: sample.used, share: shareOf(pod) })),
    missing: missing.map(shareOf),
    unready: unready.map(shareOf),
  };
  if (pods.counted.every(({ share }) => share === 0)) {
    throw new AdapterError('invalid', 'the requests of the pods are 0. Set requests, or use measure: average.');
  }
  const note = noteOn(pods);
  return {
    value: meanOfPods(measure, pods.counted),
    pods,
    ...oldest(counted.map(({ sample }) => sample.atMs)),
    ...(note !== undefined && { note }),
  };
}

/** The time of the oldest of several samples, if all of them have a time. */
export function oldest(times: readonly (number | null | undefined)[]): { atMs?: number; isDated?: boolean } {
  const known = times.filter((atMs) => typeof atMs === 'number');
  return known.length === 0 || known.length < times.length ? {} : { atMs: Math.min(...known), isDated: true };
}

function noteOn({ counted, missing, unready }: PodLoads): string | undefined {
  if (missing.length + unready.length === 0) return undefined;
  return `the mean of ${counted.length} pods; ${missing.length} have no sample, and ${unready.length} are not ready`;
}
