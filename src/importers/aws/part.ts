/** What one policy of AWS contributes to a resource. Several parts become one `autoscale:`. */
import type { Signal } from './signals.js';

/** When an alarm acts, and how long its policy then waits. */
export interface Pace {
  /** Document, for the report. */
  readonly path: string;
  readonly periods: number;
  readonly periodSeconds: number;
  readonly cooldownSeconds: number;
}

/** A step in the words of escapement.yaml. */
export type Band = Readonly<Record<string, number | string>>;

interface Common {
  /** Of the policy. */
  readonly name: string;
  readonly path: string;
  readonly signal: Signal;
  /** Absent: the policy never scales in this direction. */
  readonly out: Pace | undefined;
  readonly in: Pace | undefined;
}

interface TrackingPart extends Common {
  readonly type: 'tracking';
  readonly target: number;
  /** How far below the target the value must be before AWS scales in, as a share. */
  readonly margin: number;
}

export interface StepsPart extends Common {
  readonly type: 'steps';
  readonly bands: readonly Band[];
  /** Where there is no action: the other side of the threshold. */
  readonly rest: Band;
  readonly threshold: number;
}

export type Part = TrackingPart | StepsPart;
