/** The forms of the facts in aws-decisions-by-steps.ts and aws-decisions-by-tracking.ts, and how policies combine. */

export interface StepDecision {
  readonly name: string;
  readonly adjustment: string;
  /** Lower bound, upper bound, adjustment. */
  readonly steps: readonly (readonly [number | null, number | null, number])[];
  readonly side: string;
  readonly least?: number;
  readonly aggregation?: string;
  /** The newest datapoints, all of which breach. */
  readonly points?: readonly number[];
  readonly capacity?: number;
  readonly min?: number;
  readonly max?: number;
  readonly cooldown?: number;
  /** The last change: its direction, and how many seconds ago. */
  readonly last?: readonly (string | number)[];
  /** A capacity, or whether AWS accepts the policy. */
  readonly expected: number | string;
}

/** How many times in a row, and what. Null: a datapoint is missing. */
type Row = readonly (readonly [number, number | null])[];

export interface TrackingDecision {
  readonly name: string;
  readonly capacity: number;
  readonly min?: number;
  readonly max?: number;
  readonly policies: readonly {
    readonly points: Row;
    readonly outCooldown?: number;
    readonly inCooldown?: number;
    readonly disableScaleIn?: boolean;
    /** Datapoints above the target before a scale-out. */
    readonly high?: number;
    /** Percent below the target. */
    readonly margin?: number;
  }[];
  /** A scheduled action, or a capacity that a person sets. */
  readonly events?: readonly {
    readonly minute: number;
    readonly minCapacity?: number;
    readonly maxCapacity?: number;
    readonly capacity?: number;
  }[];
  /** The capacity of each minute. */
  readonly expected: Row;
}
