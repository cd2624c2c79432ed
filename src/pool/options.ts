/** The options of an autoscaler of a pool in the same process, with the names and defaults of the queue-backpressure guide. */
import { z } from 'zod';
import type { TemporalOptions } from '../client/temporal/options.js';
import { issueWords, problemAt, problemsOfIssues } from '../config/file/issue-words.js';
import { formatPath } from '../config/file/path.js';
import { ConfigError } from '../config/problem.js';
import { aliasSchema } from '../config/schema/resource.js';
import { duration, positiveDuration } from '../domain/written/duration.js';
import { withFix } from '../domain/written/issue.js';

export interface AutoscalerOptions {
  /**
   * The name of the pool in Temporal: 1 to 52 letters, digits, `.`, `_` or `-`. The newest process with this name has the
   * autoscaler.
   */
  readonly name: string;
  readonly pool: {
    /** The size as it was last set, in whole units, including units that are starting, and without those that are ending. */
    size(): number | Promise<number>;
    /**
     * Sets the size. Called once for each change, never twice at the same time. A unit that is removed should complete its
     * work first. If this throws, or does not settle within a minute, the change may have been made: `size` tells.
     */
    resize(size: number): unknown;
  };
  readonly queue: {
    /** The work that waits. If this throws, units are not removed. */
    length(): number | Promise<number>;
  };
  /** The least size, in units. */
  readonly min: number;
  /** The largest size, in units. */
  readonly max: number;
  /** Default: at a length of 50 or more, add 2 units. */
  readonly up?: { readonly at?: number | undefined; readonly add?: number | undefined } | undefined;
  /** Default: at a length of 10 or less, remove 1 unit. */
  readonly down?: { readonly at?: number | undefined; readonly remove?: number | undefined } | undefined;
  /** The time between two evaluations, such as `500ms` or `1m`. Default: `10s`. */
  readonly interval?: string | undefined;
  /** The least time from one change to the next, in either direction. Default: `30s`. */
  readonly cooldown?: string | undefined;
  /** Default: the server that the environment or the Temporal profile names, as for the `temporal` command. */
  readonly temporal?: TemporalOptions | undefined;
}

export type Options = z.output<typeof optionsSchema>;

/** @throws ConfigError with every problem. */
export function parseOptions(given: AutoscalerOptions): Options {
  const result = optionsSchema.safeParse(given, { error: issueWords });
  if (result.success) return result.data;
  throw new ConfigError(
    problemsOfIssues(result.error.issues).map((found) => problemAt({ path: formatPath(found.path) }, found)),
  );
}

/** The name is also a part of the owner of the autoscaler, which has at most 63 characters. */
const longestName = 52;
const units = z.int().min(0);

/** The object itself: a copy would lose the `this` of its methods. */
function withMethods<Given>(...names: readonly (keyof Given & string)[]) {
  const hasAll = (value: unknown) =>
    typeof value === 'object' && value !== null && names.every((name) => typeof (value as Given)[name] === 'function');
  const calls = names.map((name) => `${name}()`).join(' and ');
  return z.custom<Given>(hasAll, { error: withFix('is not usable', `give an object with ${calls}`) });
}

const optionsSchema = z
  .strictObject({
    name: aliasSchema.max(longestName),
    pool: withMethods<AutoscalerOptions['pool']>('size', 'resize'),
    queue: withMethods<AutoscalerOptions['queue']>('length'),
    min: units,
    max: units,
    up: z.strictObject({ at: z.number().default(50), add: units.default(2) }).prefault({}),
    down: z.strictObject({ at: z.number().default(10), remove: units.default(1) }).prefault({}),
    interval: positiveDuration.prefault('10s'),
    cooldown: duration.prefault('30s'),
    temporal: z
      .strictObject({
        address: z.string().optional(),
        namespace: z.string().optional(),
        apiKey: z.string().optional(),
        profile: z.string().optional(),
      })
      .default({}),
  })
  .refine(({ min, max }) => min <= max, {
    path: ['min'],
    error: withFix('is above max', 'lower min, or raise max'),
  })
  .refine(({ up, down }) => down.at < up.at, {
    path: ['down', 'at'],
    error: withFix('must be below up.at', 'lower down.at, or raise up.at'),
  });
