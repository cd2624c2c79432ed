/** What a policy is told and what it says. Every policy is a pure function of these and its settings. */

/**
 * The units that a load is held against: whole numbers. They differ while a scale run is on its way to its target, and
 * while units are starting (docs/decisions/0035).
 */
export interface Units {
  /** What there is without another change: units that are not ready included. */
  readonly capacity: number;
  /** The target of the open scale run; without one, the capacity. A policy that wants no change means this. */
  readonly asked: number;
  /** That target is not the policies' own: a person or a program asked for it. */
  readonly isAskedByOthers: boolean;
  /** The units that a measurement came from. Null: some are starting, and the platform does not say how many. */
  readonly loaded: number | null;
}

/** A load that is known: a policy without a number is not asked. */
export interface Load extends Units {
  readonly value: number;
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
