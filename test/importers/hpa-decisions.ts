/**
 * What the controller of the HPA (v1.36.3) decides on given pods and values, as facts: compared with the real controller
 * code. The scale-down window is 0, and there is no history.
 */
import { onPods } from './hpa-decisions-on-pods.js';
import { onValues } from './hpa-decisions-on-values.js';

/** Pods with a sample: how many, what each uses, and its request, in thousandths. */
type Pods = readonly (readonly [count: number, used: number, share: number])[];

export interface PodFacts {
  readonly counted: Pods;
  readonly missing: readonly number[];
  readonly unready: readonly number[];
}

export interface Decision {
  readonly name: string;
  /** `Resource cpu Utilization 50`, `External AverageValue 100m`. */
  readonly metrics: readonly string[];
  readonly min?: number;
  readonly max?: number;
  readonly up?: string;
  readonly down?: string;
  readonly replicas: number;
  readonly ready: number;
  /** For each metric: pods, a value, or why there is none. */
  readonly readings: readonly (PodFacts | number | string)[];
  readonly expected: number;
}

export const decisions: readonly Decision[] = [...onPods, ...onValues];
