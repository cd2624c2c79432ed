/**
 * A mean over pods, as the HorizontalPodAutoscaler computes with it (kubernetes pkg/controller/podautoscaler/
 * replica_calculator.go, v1.36.3). Pods without a sample and pods that are not ready are not in the mean. They are added
 * with an assumed load where the load of the other pods alone could recommend too large a change:
 *
 * | mean         | pods without a sample                         | pods that are not ready |
 * | ------------ | --------------------------------------------- | ----------------------- |
 * | above target | idle                                          | idle                    |
 * | below target | at their request, or at a target that is more | not counted             |
 *
 * Example: the target is 50%, two pods are at 100% and one pod has no sample. Counted as idle, it lowers the mean to
 * 66%, and 3 x 66 / 50 needs 4 pods.
 */
import { isAbove, isBelow, shown, unitsAtLeast } from '../../numbers.js';
import { isWithinTolerance, type Tolerance } from './tolerance.js';

export interface PodLoad {
  /** What the pod uses, in thousandths of its unit (such as of a core or of a byte). A whole number. */
  readonly used: number;
  /** What `used` is compared with: the request of the pod in the same unit, or 1 for an average. */
  readonly share: number;
}

export interface PodLoads {
  /** `utilization`: whole percent of the requests. `average`: thousandths of the unit, divided by the number of pods. */
  readonly measure: 'utilization' | 'average';
  /** The pods whose samples count. At least one, with a sum of shares above 0. */
  readonly counted: readonly PodLoad[];
  /** The shares of the pods that run and have no sample. */
  readonly missing: readonly number[];
  /** The shares of the pods that are not ready. */
  readonly unready: readonly number[];
}

interface AdviceOnPods {
  readonly capacity: number;
  readonly reason: string;
}

/** Returns whole percent for a utilization, and otherwise the unit of the metric in whole thousandths. Rounded down. */
export function meanOfPods(measure: PodLoads['measure'], pods: readonly PodLoad[]): number {
  const used = pods.reduce((sum, pod) => sum + BigInt(pod.used), 0n);
  const shares = pods.reduce((sum, pod) => sum + BigInt(pod.share), 0n);
  return measure === 'utilization' ? Number((100n * used) / shares) : Number(used / shares) / 1000;
}

export function adviseByPods(
  pods: PodLoads,
  { target, asked }: { readonly target: number; readonly asked: number },
  tolerance: Tolerance,
): AdviceOnPods {
  const { measure, counted, missing, unready } = pods;
  const mean = meanOfPods(measure, counted);
  const isUp = isAbove(mean, target);
  const isDown = isBelow(mean, target);
  const idle = isUp ? [...missing, ...unready] : [];
  const busy = isDown ? missing : [];
  const corrected = [
    ...counted,
    ...idle.map((share) => ({ share, used: 0 })),
    ...busy.map((share) => ({ share, used: usedWhenBusy(measure, share, target) })),
  ];
  const value = meanOfPods(measure, corrected);
  const needed = unitsAtLeast((corrected.length * value) / target);
  const assumed = assumptions({ mean, idle: idle.length, busy: busy.length });
  const keep = (why: string): AdviceOnPods => ({ capacity: asked, reason: `${shown(value)} ${why}${assumed}` });

  if (isWithinTolerance(value / target, tolerance)) return keep(`is within tolerance of ${target}`);
  if (assumed !== '') {
    if ((isUp && isBelow(value, target)) || (isDown && isAbove(value, target))) {
      return keep(`is on the other side of ${target}, so the direction is not known`);
    }
    if (isAbove(value, target) ? needed < asked : needed > asked) {
      return keep(`over ${corrected.length} pods needs ${needed}, and ${asked} are requested`);
    }
  }
  return { capacity: needed, reason: `${corrected.length} x ${shown(value)} / ${target} needs ${needed}${assumed}` };
}

/** Rounded down to whole thousandths, as integer division does. */
function usedWhenBusy(measure: PodLoads['measure'], share: number, target: number): number {
  if (measure === 'average') return Math.round(target * 1000);
  return Number((BigInt(share) * BigInt(Math.round(Math.max(100, target) * 1000))) / 100_000n);
}

/** Returns the empty text if only measured pods count. */
function assumptions({ mean, idle, busy }: { mean: number; idle: number; busy: number }): string {
  if (idle + busy === 0) return '';
  const what = idle > 0 ? `${idle} more as idle` : `${busy} more as busy`;
  return ` (measured ${shown(mean)}, and ${what})`;
}
