/** What a policy is told and what it says. Every policy is a pure function of these and its settings. */

/** A load that is known: a policy without a number is not asked. */
export interface Load {
  readonly value: number;
  /** The capacity that exists, in whole units. */
  readonly capacity: number;
}

/** A recommended capacity, and the arithmetic that led to it. */
export interface Advice {
  readonly capacity: number;
  readonly reason: string;
}

/** What a policy that recommends nothing puts under and over the others. Null: no bound. */
export interface Bounds {
  readonly floor: number | null;
  readonly ceiling: number | null;
  readonly reason: string;
}

/** Whether a window of time is open. May remember what it worked out last, which does not change its answers. */
export type IsWithin = (nowMs: number) => boolean;
