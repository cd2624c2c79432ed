/** The contract of a source: where a metric is sampled. One file each, one line in the registry. */
import type { z } from 'zod';
import type { PodLoads } from '../../domain/policies/load/pods.js';
import type { Series } from '../../domain/autoscale/series.js';

/** One number at one time. A source without a number throws: no data is never zero. */
export interface Sample {
  readonly value: number;
  /** When the value was measured, in milliseconds since the epoch: by the clock of the server if it reports a time. */
  readonly atMs: number;
  /** Whether the server reported `atMs`: the same sample may then be read again, and be older than a change. */
  readonly isDated?: boolean;
  /** A remark for people about a valid sample. */
  readonly note?: string;
  /** Number of units beyond which more units get no work, such as the number of partitions of a queue. */
  readonly mostUnits?: number;
  /** The pods that `value` is a mean over. The policy `utilization` computes with them as the HPA does. */
  readonly pods?: PodLoads;
  /** The series that the value is made of, where there may be several: a signal with `rate` counts each of them. */
  readonly series?: Series;
}

export interface Source {
  /**
   * One read, no retries. Settles within the timeout of its context even if the server never responds.
   * @throws AdapterError, with the code of a read (net/errors.ts)
   */
  sample(signal: AbortSignal): Promise<Sample>;

  /**
   * Only of sources whose server can push. Calls the listener when the server reports that what `sample` reads may have
   * changed, so that a sample is worth taking now. A push is never a sample, and pushes that do not arrive change nothing.
   * @returns a function that unsubscribes.
   */
  onPush?(listener: () => void): () => void;

  /** Closes connections. If the source is sampled afterwards, it connects again. */
  close?(): Promise<void>;
}

export interface SourceContext {
  /** The name under `signals:`, for messages. */
  readonly signal: string;
  readonly timeoutMs: number;
}

/** The entry of a source in the registry. The descriptions of the settings are its reference documentation. */
export interface SourceDefinition<Schema extends z.ZodType = z.ZodType> {
  readonly type: string;
  /** One sentence for the reference page. */
  readonly summary: string;
  /** The settings of a signal in escapement.yaml, without `type`. Every field has a `.describe()`. */
  readonly settings: Schema;
  /**
   * Whether its samples report when they were measured, and may be older than the read. Absent: they do not.
   * `sometimes`: the server decides, and no setting shows it.
   * @param written the settings as they are in the file, which may contain placeholders.
   */
  datesSamples?(written: Readonly<Record<string, unknown>>): boolean | 'sometimes';
  /**
   * Unfinished work that these settings do not count. Absent: none, or unknown.
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
