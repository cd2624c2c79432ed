/**
 * Which pods of a workload count, as in `groupPods` of the HorizontalPodAutoscaler (kubernetes
 * pkg/controller/podautoscaler/replica_calculator.go, v1.36.3). A pod that starts uses more processor time than it will
 * use later, so its first samples of `cpu` do not count.
 */
import type { Pod } from './workload.js';

/** One sample of one pod. */
export interface PodSample {
  /** In whole thousandths. */
  readonly used: number;
  /** The end of the window over which the pod was measured. Null: not known. */
  readonly atMs: number | null;
  readonly windowMs: number;
}

export interface Startup {
  /** After its start, a pod may have samples of its initialization for this long. */
  readonly cpuInitializationPeriodMs: number;
  /** A pod that is not ready, and whose readiness changed last within this time after its start, was never ready. */
  readonly initialReadinessDelayMs: number;
}

export interface GroupedPods {
  readonly counted: readonly { readonly pod: Pod; readonly sample: PodSample }[];
  /** Pods that run and have no sample. */
  readonly missing: readonly Pod[];
  readonly unready: readonly Pod[];
}

/** @param startup null: readiness does not matter, because the metric is not `cpu`. */
export function groupPods(
  pods: readonly Pod[],
  samples: ReadonlyMap<string, PodSample>,
  { startup, nowMs }: { readonly startup: Startup | null; readonly nowMs: number },
): GroupedPods {
  const counted: { pod: Pod; sample: PodSample }[] = [];
  const missing: Pod[] = [];
  const unready: Pod[] = [];
  for (const pod of pods) {
    const { metadata, status } = pod;
    if (metadata.deletionTimestamp !== undefined || status.phase === 'Failed') continue;
    const sample = samples.get(metadata.name);
    if (status.phase === 'Pending') unready.push(pod);
    else if (sample === undefined) missing.push(pod);
    else if (startup !== null && isStarting(pod, sample, startup, nowMs)) unready.push(pod);
    else counted.push({ pod, sample });
  }
  return { counted, missing, unready };
}

function isStarting({ status }: Pod, { atMs, windowMs }: PodSample, startup: Startup, nowMs: number): boolean {
  const ready = status.conditions.find(({ type }) => type === 'Ready');
  if (ready === undefined || status.startTime === undefined) return true;
  const isUnready = ready.status === 'False';
  const changedAtMs = ready.lastTransitionTime ?? -Infinity;
  if (status.startTime + startup.cpuInitializationPeriodMs > nowMs) {
    return isUnready || (atMs ?? -Infinity) < changedAtMs + windowMs;
  }
  return isUnready && status.startTime + startup.initialReadinessDelayMs > changedAtMs;
}
