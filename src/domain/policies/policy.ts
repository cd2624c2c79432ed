/** The contract of a policy: what it is told, what it says, and what the registry holds of it. One file each, one line in the registry. */
import type { z } from 'zod';
import type { Expression } from '../expression/expression.js';
import type { ScaleSettings } from '../scale/settings.js';
import type { Burst } from './load/burst.js';
import type { Tolerance } from './load/tolerance.js';
import type { Window } from './load/window.js';
import type { ForecastMemory } from './seasons.js';
import type { SignalValues } from './signal-values.js';

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

/** One look, as a policy sees it. */
export interface Circumstances extends SignalValues {
  readonly nowMs: number;
  readonly units: Units;
  /** By signal whose sample was true before our last change: when. Such a sample cannot show what came of it. */
  readonly beforeChangeMs: Readonly<Record<string, number>>;
  /** False where the last evaluation was at this very instant: it is not counted twice. */
  readonly isNewInstant: boolean;
}

export type Opinion =
  /** `calm` is what it would be without burst. */
  | { readonly kind: 'capacity'; readonly capacity: number; readonly calm: number; readonly reason: string }
  | { readonly kind: 'bounds'; readonly bounds: Bounds }
  | { readonly kind: 'unknown'; readonly failures: number; readonly reason: string };

/** What a policy keeps from one look to the next, as plain JSON of bounded size. */
export interface PolicyMemory {
  /** Evaluations in a row without a value. */
  readonly failures: number;
  readonly window: Window;
  readonly burst: Burst | null;
  readonly forecast?: ForecastMemory;
}

export interface Answer {
  /** What its expression gave. Null: no data, or a policy without one. */
  readonly value: number | null;
  readonly opinion: Opinion;
  readonly memory: PolicyMemory;
}

/** A policy whose expressions are compiled and whose schedules are prepared: made once, asked every interval. */
export interface Policy {
  /** What its value comes from. Null: it reads no signal. */
  readonly expression: Expression | null;
  /** Whether the same value asks for more where there is more: counted twice, it would be acted on twice. Absent: no load. */
  readonly isRelative?: boolean;
  /** Whether it has a floor by the clock: where nothing else recommends a capacity, the resource then rests at `min`. */
  readonly hasFloor?: boolean;
  /** A pure function: the time is in the circumstances, and what it remembers comes back with its answer. */
  evaluate(circumstances: Circumstances, memory: PolicyMemory): Answer;
}

/** What the rest of an autoscale gives to a policy that is compiled. */
export interface Surroundings {
  /** @throws where it cannot be read, or names a signal that does not exist. */
  readonly compile: (value: string) => Expression;
  /** The tolerance of `behavior` in each direction, where it has one; else the policy's own. */
  readonly toleranceOr: (own: number) => Tolerance;
}

/** What a policy can do for a resource that has no units. */
type AtZero =
  /** It is a floor, which lifts the resource whatever others recommend. */
  | 'raises'
  /** It can recommend units, which counts where the largest recommendation does. */
  | 'recommends'
  /** It goes by a measurement of units: there are none. */
  | 'measures units'
  | 'nothing';

/** A place in the settings of a policy: `windows`, `0`, `min`. */
export type PathInPolicy = readonly (string | number)[];

/** Settings with a discriminator `type`. */
export type PolicySchema = z.ZodType<{ readonly type: string }> & z.core.$ZodTypeDiscriminable;

/**
 * What the registry holds of a policy: its settings are its documentation. All that is optional serves the warnings of
 * `escapement validate`.
 */
export interface PolicyDefinition<
  Schema extends PolicySchema = PolicySchema,
  Written extends PolicySchema = PolicySchema,
> {
  readonly type: string;
  /** A recommendation, or bounds under and over what others recommend. */
  readonly says: 'capacity' | 'bounds';
  /**
   * The settings as a watch carries them, in workflow histories too: what it has taken once it takes for ever. People
   * write the same, so durations and percentages stay texts in it, and `compile` reads them.
   */
  readonly schema: Schema;
  /** Only where people write another form: it ends in `.pipe(schema)`. Older policies carry numbers under other names. */
  readonly written?: Written;
  compile(settings: z.output<Schema>, surroundings: Surroundings): Policy;
  atZero(settings: z.output<Schema>): AtZero;

  /** The limits of a resource that it brings along. @param written as written, whatever else may be wrong with it. */
  limitsFor?(written: Readonly<Record<string, unknown>>): PolicyLimits | undefined;
  /** The capacities that stand in it: those outside `[min, max]` are warned of. */
  capacities?(settings: z.output<Schema>): readonly WrittenCapacity[];
  /** The one capacity that it ever recommends. */
  onlyCapacity?(settings: z.output<Schema>): number;
  /** Whether it asks at any time for as much as another of its kind does, or more. */
  asksForAsMuchAs?(settings: z.output<Schema>, other: z.output<Schema>): boolean;
  /** Whether it leaves nothing to any other policy at any time. */
  isAlwaysExact?(settings: z.output<Schema>): boolean;
  /** What in it can never have an effect, in words that follow its path. */
  ineffective?(settings: z.output<Schema>): readonly { readonly path: PathInPolicy; readonly text: string }[];
}

export type PolicyLimits = Pick<ScaleSettings, 'min' | 'max' | 'step' | 'cooldownMs'>;

export interface WrittenCapacity {
  readonly path: PathInPolicy;
  readonly capacity: number;
}

export function definePolicy<Schema extends PolicySchema, Written extends PolicySchema = Schema>(
  definition: PolicyDefinition<Schema, Written>,
): PolicyDefinition<Schema, Written> {
  return definition;
}
