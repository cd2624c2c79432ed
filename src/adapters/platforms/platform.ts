/** The contract of a platform: where capacity is observed and changed. One file each, one line in the registry. */
import type { z } from 'zod';
import type { CapacityChange, ChangeOutcome, Observation } from '../../domain/scale/capacity.js';
import type { ScaleSettings, TakesChanges } from '../../domain/scale/settings.js';
import type { SendPermit } from '../net/send-permit.js';

export type { SendPermit };

export interface Platform {
  /**
   * One read, no retries.
   * @throws AdapterError with the code of a read (net/errors.ts): `missing` when the platform says that there is no
   *   such resource.
   */
  observe(signal: AbortSignal): Promise<Observation>;

  /**
   * Sends the change once, with no layer below that could send it again. One exception: a write that the platform
   * refused only because its version was outdated (docs/decisions/0022) may be sent again with the new version. Never
   * throws for an error of the platform or the network: every failure becomes an outcome.
   *
   * An adapter that owns its connection checks `permit.isValid()` last, when the connection is established and the
   * next step is the write: a process that was suspended in between must not send (outcome: rejected, not final).
   */
  change(change: CapacityChange, permit: SendPermit, signal: AbortSignal): Promise<ChangeOutcome>;

  /**
   * What a person should know that prevents no change, such as a missing permission for records. `escapement doctor`
   * shows it. Empty if the platform does not answer.
   */
  notes?(signal: AbortSignal): Promise<readonly string[]>;

  /** Closes connections. */
  close?(): Promise<void>;
}

export interface PlatformContext {
  /** The alias of the resource, which is also its name on the platform unless the settings name another. */
  readonly resource: string;
  /** Timeout of a request, from the start of the connection to the end of the response. */
  readonly requestTimeoutMs: number;
  /** The configured limits of the resource, for what a platform says about its own limits. Absent: not known. */
  readonly bounds?: Pick<ScaleSettings, 'min' | 'max'>;
  /** Absolute paths of the programs that this process may run for a platform. Absent: none. */
  readonly allowedPrograms?: readonly string[];
  /** Absent where nobody reads a log, as in `escapement doctor`. */
  readonly recordLog?: RecordLog;
}

/**
 * The log of what a platform writes in addition to a change, such as an event for people. A failure of such a record is
 * logged once, and has no effect on the change.
 */
export interface RecordLog {
  fails(why: Readonly<Record<string, unknown>>): void;
  works(): void;
}

/** The entry of a platform in the registry. The descriptions of the settings are its reference documentation. */
export interface PlatformDefinition<Schema extends z.ZodType = z.ZodType> {
  readonly type: string;
  /** One sentence for the reference page. */
  readonly summary: string;
  /** The settings under `platform:` in escapement.yaml, without `type`. Every field has a `.describe()`. */
  readonly settings: Schema;
  /**
   * When the platform accepts a change, and when a read shows the change.
   * @param written the settings as they are in the file, which may contain placeholders.
   */
  takesChanges(written: Readonly<Record<string, unknown>>): TakesChanges;
  /**
   * The object of the platform that a resource refers to. Two resources whose target names differ in no part refer to
   * one object, which is reported.
   * @param written the settings as they are in the file: without defaults, and possibly with placeholders.
   * @param of the alias of the resource, and its task queue: the machine of the worker determines what a local address
   *   or a context refers to.
   */
  target(written: Readonly<Record<string, unknown>>, of: TargetOwner): TargetName;
  create(settings: z.output<Schema>, context: PlatformContext): Platform;
}

/** The parts of a name. Undefined: the settings do not determine this part, so it matches any value. */
export type TargetName = readonly (string | undefined)[];

export interface TargetOwner {
  readonly resource: string;
  readonly taskQueue: string;
}

/** The part of an address that depends on the machine: the task queue for a loopback address, else empty. */
export function siteOf(url: string, { taskQueue }: TargetOwner): string {
  const hostname = URL.canParse(url) ? new URL(url).hostname : '';
  return hostname === 'localhost' || hostname.startsWith('127.') || hostname === '[::1]' ? taskQueue : '';
}

/** The value of a setting in the file, if it is a string. */
export function textOf(written: Readonly<Record<string, unknown>>, name: string): string | undefined {
  const value = written[name];
  return typeof value === 'string' ? value : undefined;
}

export function definePlatform<Schema extends z.ZodType>(
  definition: PlatformDefinition<Schema>,
): PlatformDefinition<Schema> {
  return definition;
}
