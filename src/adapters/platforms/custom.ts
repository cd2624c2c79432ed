/** A platform that a module of the configuration defines, behind the contract of every platform. */
import { z } from 'zod';
import {
  type CapacityChange,
  type ChangeOutcome,
  type Observation,
  type RejectedChange,
  type ResourceStatus,
  resourceStatuses,
} from '../../domain/scale/capacity.js';
import type { TakesChanges } from '../../domain/scale/settings.js';
import { withDeadline } from '../net/deadline.js';
import { AdapterError } from '../net/errors.js';
import { checkPermit, type SendPermit } from '../net/send-permit.js';
import { asOutcome, asReadError } from './outcome.js';
import type { Platform, PlatformDefinition, TargetOwner } from './platform.js';

/** What `definePlatform` takes. */
export interface CustomPlatform<Settings extends z.ZodObject = z.ZodObject> {
  /** The name in `platform: { type: ... }`: lower-case letters, digits and `-`. */
  readonly type: string;
  /** One sentence for people. */
  readonly summary: string;
  /** The settings under `platform:`, without `type`. Errors and the JSON Schema are made from their `.describe()`. */
  readonly settings: Settings;
  /**
   * When the platform accepts a change, and when a read shows it. A platform that adds and removes units, instead of
   * setting a size, is `whenActive`.
   */
  readonly takesChanges: TakesChanges;
  /**
   * The name of the object that a resource scales. Two resources with the same name are refused. Default: none.
   * @param written the settings as they are in the file: without defaults.
   */
  target?(written: Readonly<Record<string, unknown>>, of: TargetOwner): string;
  /** Called when the worker starts, and when the configuration is read again. */
  create(settings: z.output<Settings>, context: CustomPlatformContext): CustomResource;
}

export interface CustomPlatformContext {
  /** The alias of the resource. */
  readonly resource: string;
  /** The timeout of a call, in milliseconds. A call that takes longer is abandoned. */
  readonly requestTimeoutMs: number;
}

export interface CustomResource {
  /**
   * One read, no retries: Escapement repeats a read that rejects. The message of the error is shown to people, so it must
   * contain no secret.
   */
  observe(signal: AbortSignal): Promise<CustomObservation>;
  /**
   * Sends one change, and never sends it again. `rejected` promises that it was not applied, and will not be. Anything
   * that rejects, returns another value, or takes longer than the timeout is `unknown`, which counts as made.
   */
  change(change: CapacityChange, context: CustomChangeContext): Promise<ChangeOutcome>;
  /** Closes connections. */
  close?(): Promise<void>;
}

export interface CustomChangeContext {
  /** Aborts at the timeout, and when the worker has to stop. */
  readonly signal: AbortSignal;
  /** Check it again immediately before the write if `change` awaits anything first: return `rejected` if it expired. */
  readonly permit: SendPermit;
}

export interface CustomObservation extends Pick<Observation, 'capacity' | 'ready' | 'holdsScaleIn' | 'details'> {
  /** Default: `ACTIVE`. */
  readonly status?: ResourceStatus;
  /** When the numbers were true, in milliseconds since the epoch. Default: the time of the call. */
  readonly observedAtMs?: number;
}

export function customPlatform(custom: CustomPlatform): PlatformDefinition {
  const { type, summary, settings, takesChanges } = custom;
  return {
    type,
    summary,
    settings,
    takesChanges: () => takesChanges,
    target: (written, of) => [custom.target?.(written, of) ?? of.resource],
    create: (chosen, context) => {
      // `settings` has checked them.
      const made = custom.create(chosen as z.output<z.ZodObject>, context);
      return platformOf(made, { ...context, type });
    },
  };
}

function platformOf(
  made: CustomResource,
  { type, resource, requestTimeoutMs }: CustomPlatformContext & { type: string },
): Platform {
  const called = (call: string, signal: AbortSignal) => ({
    name: `${call} of the platform ${type}`,
    signal,
    timeoutMs: requestTimeoutMs,
  });
  return {
    observe: async (signal) => {
      const atMs = Date.now();
      const seen: unknown = await withDeadline(called('observe', signal), (until) => made.observe(until)).catch(
        (error: unknown) => {
          const failure =
            error instanceof AdapterError ? error : new AdapterError('failed', `${type}: ${wordsOf(error)}`);
          throw asReadError(failure, resource, {});
        },
      );
      const observation = observationSchema.safeParse(seen);
      if (observation.success) return { status: 'ACTIVE', observedAtMs: atMs, ...observation.data };
      const problem = z.prettifyError(observation.error).replaceAll(/\s+/g, ' ');
      throw new AdapterError(
        'malformed',
        `${resource}: observe of the platform ${type} returned no capacity: ${problem}`,
      );
    },
    change: async (change, permit, signal) => {
      const call = called('change', signal);
      try {
        checkPermit(permit, call.name);
        const answer: unknown = await withDeadline(call, (until) => made.change(change, { permit, signal: until }));
        const outcome = outcomeSchema.safeParse(answer);
        if (outcome.success) return outcome.data;
        return { outcome: 'unknown', reason: `${call.name} returned none of accepted, rejected and unknown` };
      } catch (error) {
        // No error tells whether the change was sent, so that it counts as made.
        return error instanceof AdapterError
          ? asOutcome(error)
          : { outcome: 'unknown', reason: `${type}: ${wordsOf(error)}` };
      }
    },
    close: async () => made.close?.(),
  };
}

function wordsOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

const units = z.int().min(0);

const observationSchema = z.strictObject({
  capacity: units,
  status: z.enum(resourceStatuses).exactOptional(),
  ready: units.exactOptional(),
  observedAtMs: z.number().exactOptional(),
  holdsScaleIn: z.string().exactOptional(),
  details: z.record(z.string(), z.string()).exactOptional(),
});

const outcomeSchema = z.discriminatedUnion('outcome', [
  z.strictObject({ outcome: z.literal('accepted') }),
  z.strictObject({ outcome: z.literal('unknown'), reason: z.string() }),
  z.strictObject({
    outcome: z.literal('rejected'),
    reason: z.string(),
    final: z.boolean(),
    lessMayHelp: z.boolean().exactOptional(),
    retryAfterMs: z.number().min(0).exactOptional(),
  }),
]) satisfies z.ZodType<{ readonly outcome: 'accepted' } | RejectedChange | { readonly outcome: 'unknown' }>;
