/**
 * The contract of a policy: its inputs, its answer, and its definition in the registry. Each policy has one file, and
 * one line in the registry.
 */
import type { z } from 'zod';
import type { Expression } from '../expression/expression.js';
import type { ScaleSettings } from '../scale/settings.js';
import type { Problem } from '../written/problem.js';
import type { Burst } from './load/burst.js';
import type { PodLoads } from './load/pods.js';
import type { Tolerance } from './load/tolerance.js';
import type { Window } from './load/window.js';
import type { ScaleOutPace } from './schedule/early-floor.js';
import type { ForecastMemory } from './seasons.js';
import type { SignalValues } from './signal-values.js';

/**
 * The units that a load is compared with, as whole numbers. These numbers differ while a scale run is moving to its
 * target, and while units are starting (docs/decisions/0035).
 */
export interface Units {
  /** The capacity without a further change, including units that are not ready. */
  readonly capacity: number;
  /**
   * The target of the open scale run, or the capacity if no run is open. A policy that wants no change recommends this
   * number.
   */
  readonly asked: number;
  /** True if a person or a program requested `asked`, and not the policies. */
  readonly isAskedByOthers: boolean;
  /**
   * The units that a measurement was made over. Null: some units are starting, and the platform does not report how
   * many.
   */
  readonly loaded: number | null;
}

/** A known load. A policy whose value is not known does not receive one. */
export interface Load extends Units {
  readonly value: number;
  /** The pods behind the value, if the value is a sample of a source that reports each pod. */
  readonly pods?: PodLoads | undefined;
}

/** A recommended capacity, and the calculation that led to it. */
export interface Advice {
  readonly capacity: number;
  readonly reason: string;
}

/** The bounds that a policy sets on the recommendations of other policies. Null: no bound. */
export interface Bounds {
  readonly floor: number | null;
  readonly ceiling: number | null;
  readonly reason: string;
}

/** Whether a time window is open. The function may cache its last result; the cache does not change any answer. */
export type IsWithin = (nowMs: number) => boolean;

/** The inputs of one evaluation of a policy. */
export interface PolicyInput extends SignalValues {
  readonly nowMs: number;
  readonly units: Units;
  /**
   * By signal whose sample is from before the last change: the time of that sample. Such a sample cannot show the
   * effect of the change.
   */
  readonly beforeChangeMs: Readonly<Record<string, number>>;
  /** By signal whose source reports each pod. */
  readonly pods: Readonly<Record<string, PodLoads>>;
  /** False where the last evaluation had the same time. A failure at that time is not counted twice. */
  readonly isNewInstant: boolean;
}

/** The result of one evaluation of a policy: a recommended capacity, bounds, or no recommendation. */
export type PolicyResult =
  /** `stable` is the recommendation without burst. */
  | { readonly kind: 'capacity'; readonly capacity: number; readonly stable: number; readonly reason: string }
  | { readonly kind: 'bounds'; readonly bounds: Bounds }
  | { readonly kind: 'unknown'; readonly failures: number; readonly reason: string };

/** What a policy remembers from one evaluation to the next, as plain JSON of bounded size. */
export interface PolicyMemory {
  /** The number of consecutive evaluations without a value. */
  readonly failures: number;
  readonly window: Window;
  readonly burst: Burst | null;
  readonly forecast?: ForecastMemory;
}

export interface Answer {
  /** The result of the policy's expression. Null: there is no data, or the policy has no expression. */
  readonly value: number | null;
  readonly result: PolicyResult;
  readonly memory: PolicyMemory;
}

/** A policy with compiled expressions and prepared schedules. A policy is made once and evaluated at every interval. */
export interface Policy {
  /** The expression that returns the value. Null: the policy reads no signal. */
  readonly expression: Expression | null;
  /**
   * True where the same value recommends more capacity when there is more capacity. If such a policy counted a sample
   * twice, it would act on the sample twice. Absent: the policy follows no load.
   */
  readonly isRelative?: boolean;
  /**
   * True where the policy sets a floor by time. If no policy recommends a capacity, a resource with such a policy rests
   * at `min`.
   */
  readonly hasFloor?: boolean;
  /** A pure function: the input contains the time, and the answer contains the new memory. */
  evaluate(input: PolicyInput, memory: PolicyMemory): Answer;
}

/** What the rest of an autoscale provides when a policy is compiled. */
export interface PolicyContext {
  /** @throws if the expression cannot be parsed, or names a signal that does not exist. */
  readonly compile: (value: string) => Expression;
  /** Returns the tolerance of `behavior` in each direction, or the policy's own where `behavior` sets none. */
  readonly toleranceOr: (own: number) => Tolerance;
  /** How fast the resource can scale out. A policy does not apply these limits: see evaluate.ts. */
  readonly pace: ScaleOutPace;
}

/** What a policy can do for a resource that has no units. */
type AtZero =
  /** The policy sets a floor, which raises the resource whatever other policies recommend. */
  | 'raises'
  /** The policy can recommend units. This has an effect where `combine` takes the largest recommendation. */
  | 'recommends'
  /** The policy uses a measurement of the units, and there are no units. */
  | 'measures units'
  | 'nothing';

/** A place in the settings of a policy: `windows`, `0`, `min`. */
export type PathInPolicy = readonly (string | number)[];

/** Settings with a discriminator `type`. */
export type PolicySchema = z.ZodType<{ readonly type: string }> & z.core.$ZodTypeDiscriminable;

/**
 * The definition of a policy in the registry. The settings schema is also the documentation. The optional members serve
 * the warnings of `escapement validate` and the charts of the console.
 */
export interface PolicyDefinition<
  Schema extends PolicySchema = PolicySchema,
  Written extends PolicySchema = PolicySchema,
> {
  readonly type: string;
  /** Whether the policy recommends a capacity, or sets bounds on the recommendations of other policies. */
  readonly says: 'capacity' | 'bounds';
  /**
   * The settings as a watch carries them. Workflow histories contain these settings, so the schema must always accept
   * what it has accepted once. People write the same form: durations and percentages stay strings in it, and `compile`
   * parses them.
   */
  readonly schema: Schema;
  /**
   * Set only where the form in escapement.yaml differs. It ends in `.pipe(schema)`. Older policies carry numbers under
   * other names.
   */
  readonly written?: Written;
  compile(settings: z.output<Schema>, context: PolicyContext): Policy;
  atZero(settings: z.output<Schema>): AtZero;

  /**
   * Returns the limits that the policy sets for its resource. @param written the policy as written, which may contain
   * other errors.
   */
  limitsFor?(written: Readonly<Record<string, unknown>>): PolicyLimits | undefined;
  /** The values of `value` at which the recommendation changes. Absent: there are none. */
  levels?(settings: z.output<Schema>): readonly Level[];
  /** The capacities in the settings. Capacities outside `[min, max]` cause a warning. */
  capacities?(settings: z.output<Schema>): readonly WrittenCapacity[];
  /** The single capacity that the policy always recommends. */
  onlyCapacity?(settings: z.output<Schema>): number;
  /** Whether the policy always recommends at least as much as another policy of the same type. */
  asksForAsMuchAs?(settings: z.output<Schema>, other: z.output<Schema>): boolean;
  /** Whether the policy always sets the exact capacity, so that no other policy has an effect. */
  isAlwaysExact?(settings: z.output<Schema>): boolean;
  /** The numbers that `escapement tune` may vary. Absent: none. */
  tunable?(settings: z.output<Schema>): readonly TunableNumber[];
  /**
   * The parts of the settings that can never have an effect.
   */
  ineffective?(settings: z.output<Schema>): readonly (Problem & { readonly path: PathInPolicy })[];
}

export type PolicyLimits = Pick<ScaleSettings, 'min' | 'max' | 'step' | 'cooldownMs'>;

/** A number above zero that `escapement tune` may vary. `schema` refuses the values that are not valid. */
export interface TunableNumber {
  /** The fields that contain the number, under the same names as in escapement.yaml. They change together. */
  readonly paths: readonly PathInPolicy[];
  readonly value: number;
  /** Units are whole numbers. A load is in the unit of `value` of the policy. */
  readonly unit: 'load' | 'units';
}

export interface WrittenCapacity {
  readonly path: PathInPolicy;
  readonly capacity: number;
}

/** A value at which a policy changes its recommendation, as a chart of its signal shows it. */
export interface Level {
  readonly value: number;
  /** Whether the value is that of one unit, so that all units together carry a multiple of it. */
  readonly isPerUnit: boolean;
  /** `target`, `scales out at or above`. */
  readonly words: string;
}

export function definePolicy<Schema extends PolicySchema, Written extends PolicySchema = Schema>(
  definition: PolicyDefinition<Schema, Written>,
): PolicyDefinition<Schema, Written> {
  return definition;
}
