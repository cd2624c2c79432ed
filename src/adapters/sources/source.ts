/** The contract of a source: where a metric is sampled. One file each, one line in the registry. */
import type { z } from 'zod';

/** One number at one time. A source that has no number throws: no data is never zero. */
export interface Sample {
  readonly value: number;
  /** When the value was true, by the source's own clock where it tells, else by ours: milliseconds since the epoch. */
  readonly atMs: number;
  /** Whether the source itself said so: the same sample may then come again, and be older than a change. */
  readonly isDated?: boolean;
  /** What a person should know of a sample that is as it should be. */
  readonly note?: string;
  /** More units than this have nothing of the work, where the source knows: a queue of so many parts. */
  readonly mostUnits?: number;
}

export interface Source {
  /**
   * One look, no retries, done or given up within the time-out of its context even when the server never answers.
   * @throws AdapterError, with the code of a read (net/errors.ts)
   */
  sample(signal: AbortSignal): Promise<Sample>;

  /** Lets go of connections. A source may be sampled again afterwards; it then connects anew. */
  close?(): Promise<void>;
}

export interface SourceContext {
  /** The name under `signals:`, for messages. */
  readonly signal: string;
  readonly timeoutMs: number;
}

/** What the registry holds of a source: its settings are its documentation. */
export interface SourceDefinition<Schema extends z.ZodType = z.ZodType> {
  readonly type: string;
  /** One sentence for the reference page. */
  readonly summary: string;
  /** The settings of a signal in escapement.yaml, without `type`. Every field has a `.describe()`. */
  readonly settings: Schema;
  /**
   * Whether its samples say when they were true, and may be older than the look. Absent: they do not.
   * @param written the settings as they are written, so that placeholders may stand in them.
   */
  datesSamples?(written: Readonly<Record<string, unknown>>): boolean;
  /**
   * Work in hand that is not counted by these settings. Absent: none, or none known.
   * @param written as above.
   */
  overlooks?(written: Readonly<Record<string, unknown>>): Overlooked | undefined;
  create(settings: z.output<Schema>, context: SourceContext): Source;
}

/** Work that is not counted, in words that follow "does not count", and how to count it. */
interface Overlooked {
  readonly work: string;
  readonly fix: string;
}

export function defineSource<Schema extends z.ZodType>(definition: SourceDefinition<Schema>): SourceDefinition<Schema> {
  return definition;
}
