/** A policy that a module of the configuration defines, behind the contract of every policy. */
import { z } from 'zod';
import { shown } from '../numbers.js';
import type { Answer, PolicyDefinition, PolicyInput, PolicyMemory, PolicySchema, Units } from './policy.js';
import { waitForNewer } from './load/follow-load.js';
import { whyUnknown } from './signal-values.js';

/** What `definePolicy` takes. */
export interface CustomPolicy<Settings extends z.ZodObject = z.ZodObject> {
  /** The name in `policies: [{ type: ... }]`: lower-case letters, digits and `-`. */
  readonly type: string;
  /** One sentence for people. */
  readonly summary: string;
  /**
   * The settings, without `type`. Workflow histories contain them, so they are plain JSON without transforms, and a later
   * version must accept what an earlier one accepted. A field `value` is an expression over the signals.
   */
  readonly settings: Settings;
  /**
   * True where the same value recommends more capacity when there is more capacity. After a change, the policy is then
   * not called until there is a newer sample: it would count the same sample twice.
   */
  readonly isRelative?: boolean;
  /**
   * A pure function: the time is an input, and nothing is kept between two evaluations. The policy recommends no
   * capacity if it throws or returns `{ noData }`, and after several evaluations the `fallback` applies.
   */
  evaluate(input: CustomPolicyInput<Settings>): CustomAdvice;
}

export interface CustomPolicyInput<Settings extends z.ZodObject = z.ZodObject> {
  readonly settings: z.output<Settings>;
  /** The result of the expression in `value`. Without data, the policy is not called. Null: no such setting. */
  readonly value: z.output<Settings> extends { readonly value: string } ? number : null;
  /** To recommend no change, recommend `units.asked`. */
  readonly units: Units;
  /** In milliseconds since the epoch. */
  readonly nowMs: number;
}

export type CustomAdvice =
  | {
      /** Whole units. Bounds, `behavior` and steps are applied afterwards. */
      readonly capacity: number;
      /** The arithmetic, so that a person can follow it: `12 jobs / 4 a unit needs 3`. */
      readonly reason: string;
    }
  | { /** Why there is no recommendation. */ readonly noData: string };

export function customPolicy(custom: CustomPolicy): PolicyDefinition {
  const { type, summary, settings, isRelative = false } = custom;
  // The new field is the discriminator.
  const schema = settings
    .safeExtend({ type: z.literal(type) })
    .strict()
    .meta({ title: type, description: summary }) as unknown as PolicySchema;
  return {
    type,
    says: 'capacity',
    schema,
    compile: (chosen, { compile }) => {
      const { value: text } = chosen as { readonly value?: unknown };
      const expression = typeof text === 'string' ? compile(text) : null;
      if (expression === null) {
        return {
          expression,
          evaluate: (input, memory) => answer(custom, { settings: chosen, value: null }, input, memory),
        };
      }
      return {
        expression,
        isRelative,
        evaluate: (input, memory) => {
          const value = expression.evaluate(input.values);
          if (value === null) return unknown(value, whyUnknown(expression, input), input, memory);
          const waiting = waitForNewer({ expression, isRelative }, input);
          if (waiting) return { value, memory: { ...memory, failures: 0 }, result: waiting };
          return answer(custom, { settings: chosen, value }, input, memory);
        },
      };
    },
    atZero: () => 'recommends',
  };
}

function answer(
  custom: CustomPolicy,
  { settings, value }: { readonly settings: object; readonly value: number | null },
  input: PolicyInput,
  memory: PolicyMemory,
): Answer {
  const { type } = custom;
  try {
    const { units, nowMs } = input;
    // The types of the settings and of the value are those of the module's own schema.
    const advice = custom.evaluate({ settings, value, units, nowMs } as CustomPolicyInput) as Partial<
      Record<'capacity' | 'reason' | 'noData', unknown>
    >;
    // Of JavaScript. Its rejection would otherwise end the process.
    if (advice instanceof Promise) advice.catch(() => undefined);
    const { capacity, reason, noData } = advice;
    if (typeof noData === 'string') return unknown(value, noData, input, memory);
    if (Number.isSafeInteger(capacity) && Number(capacity) >= 0 && typeof reason === 'string') {
      const advised = { capacity: Number(capacity), reason };
      return {
        value,
        memory: { ...memory, failures: 0 },
        result: { kind: 'capacity', ...advised, stable: advised.capacity },
      };
    }
    const returned = typeof capacity === 'number' ? shown(capacity) : typeof capacity;
    return unknown(value, `${type} returned no whole capacity with a reason, but ${returned}`, input, memory);
  } catch (error) {
    const words = error instanceof Error ? error.message : String(error);
    return unknown(value, `${type} failed: ${words}`, input, memory);
  }
}

function unknown(value: number | null, reason: string, input: PolicyInput, memory: PolicyMemory): Answer {
  const failures = memory.failures + (input.isNewInstant ? 1 : 0);
  return { value, memory: { ...memory, failures }, result: { kind: 'unknown', failures, reason } };
}
