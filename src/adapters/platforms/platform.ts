/** The contract of a platform: where capacity is observed and changed. One file each, one line in the registry. */
import type { z } from 'zod';
import type { CapacityChange, ChangeOutcome, Observation } from '../../domain/scale/capacity.js';
import type { TakesChanges } from '../../domain/scale/settings.js';

export interface Platform {
  /**
   * One read, no retries.
   * @throws PlatformError when the capacity could not be read.
   */
  observe(signal: AbortSignal): Promise<Observation>;

  /**
   * Sends the change once, with no layer below that could send it again; but what was surely refused for its version
   * alone (docs/decisions/0022) may be written from the new one. Never throws for what the platform or the
   * network did: every failure is sorted into an outcome.
   *
   * Where the adapter owns its connection it asks `permit.isValid()` last, when the connection stands and the very
   * next thing is the write: a process that was frozen meanwhile must not send (outcome: rejected, not final).
   */
  change(change: CapacityChange, permit: SendPermit, signal: AbortSignal): Promise<ChangeOutcome>;

  /** Lets go of connections. */
  close?(): Promise<void>;
}

/** Leave to send one change, given a moment ago and soon over. */
export interface SendPermit {
  isValid(): boolean;
}

export interface PlatformContext {
  /** The alias of the resource: what the platform calls it unless its settings say otherwise. */
  readonly resource: string;
  /** A request that has not answered in full by then has failed. */
  readonly requestTimeoutMs: number;
}

/** What the registry holds of a platform: its settings are its documentation. */
export interface PlatformDefinition<Schema extends z.ZodType = z.ZodType> {
  readonly type: string;
  /** One sentence for the reference page. */
  readonly summary: string;
  /** The settings under `platform:` in escapement.yaml, without `type`. Every field has a `.describe()`. */
  readonly settings: Schema;
  /**
   * When the platform takes a change, and when it shows it.
   * @param written the settings as they are written, so that placeholders may stand in them.
   */
  takesChanges(written: Readonly<Record<string, unknown>>): TakesChanges;
  /**
   * Which object of the platform a resource is, so that two resources of one object are noticed: two with names of which
   * no part differs.
   * @param written the settings as they are written, so that defaults are missing and placeholders may stand in them.
   * @param of its alias, and its task queue: what an address or a context stands for where its worker is.
   */
  target(written: Readonly<Record<string, unknown>>, of: TargetOwner): TargetName;
  create(settings: z.output<Schema>, context: PlatformContext): Platform;
}

/** The parts of a name. Undefined: the settings do not tell, and it may be anything. */
export type TargetName = readonly (string | undefined)[];

export interface TargetOwner {
  readonly resource: string;
  readonly taskQueue: string;
}

/** Of an address: the same on every machine, unless it means this one. */
export function siteOf(url: string, { taskQueue }: TargetOwner): string {
  const hostname = URL.canParse(url) ? new URL(url).hostname : '';
  return hostname === 'localhost' || hostname.startsWith('127.') || hostname === '[::1]' ? taskQueue : '';
}

/** A setting as it is written, where it is a text. */
export function textOf(written: Readonly<Record<string, unknown>>, name: string): string | undefined {
  const value = written[name];
  return typeof value === 'string' ? value : undefined;
}

export function definePlatform<Schema extends z.ZodType>(
  definition: PlatformDefinition<Schema>,
): PlatformDefinition<Schema> {
  return definition;
}

/** Why a capacity could not be read; `missing` when the platform says that there is no such resource. */
export class PlatformError extends Error {
  override readonly name = 'PlatformError';

  constructor(
    readonly code: 'unreachable' | 'timeout' | 'denied' | 'missing' | 'throttled' | 'malformed' | 'failed',
    /** What happened, which resource, what to do next. Never a secret. */
    message: string,
    readonly retryAfterMs?: number,
  ) {
    super(message);
  }
}
