/** A source that a module of the configuration defines, with the guarantees of every source. */
import type { z } from 'zod';
import { AdapterError } from '../net/errors.js';
import { makeSampler } from './sampler.js';
import type { SourceContext, SourceDefinition } from './source.js';

/** What `defineSource` takes. */
export interface CustomSource<Settings extends z.ZodObject = z.ZodObject> {
  /** The name in `signals: { x: { type: ... } }`: lower-case letters, digits and `-`. */
  readonly type: string;
  /** One sentence for people. */
  readonly summary: string;
  /** The settings of a signal, without `type`. Errors and the JSON Schema are made from their `.describe()`. */
  readonly settings: Settings;
  /** Called when the worker starts, and when the configuration is read again. */
  create(settings: z.output<Settings>, context: SourceContext): CustomSampler;
}

export interface CustomSampler {
  /**
   * One read, no retries: the next evaluation reads again. Null: no data, which is never zero. The message of an error is
   * shown to people, so it must contain no secret.
   */
  sample(signal: AbortSignal): Promise<number | DatedSample | null>;
  /** Closes connections. */
  close?(): Promise<void>;
}

export interface DatedSample {
  readonly value: number;
  /** When the value was true, in milliseconds since the epoch, by the clock of the server. */
  readonly atMs: number;
}

export function customSource(custom: CustomSource): SourceDefinition {
  const { type, summary, settings } = custom;
  return {
    type,
    summary,
    settings,
    datesSamples: () => 'sometimes',
    create: (chosen, context) => {
      // `settings` has checked them.
      const made = custom.create(chosen as z.output<z.ZodObject>, context);
      return makeSampler(context, {
        server: type,
        secrets: [],
        look: async (signal) => seenIn(await made.sample(signal)),
        close: async () => made.close?.(),
      });
    },
  };
}

function seenIn(sample: unknown) {
  if (sample === null) throw new AdapterError('failed', 'there is no data.');
  if (typeof sample === 'number') return { value: sample };
  const { value, atMs } = (sample ?? {}) as Partial<DatedSample>;
  if (typeof value === 'number' && typeof atMs === 'number') return { value, atMs, isDated: true };
  throw new AdapterError('malformed', 'sample returned neither a number, nor { value, atMs }, nor null.');
}
