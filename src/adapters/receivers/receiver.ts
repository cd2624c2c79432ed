/** The contract of a receiver: where events are sent. One file each, one line in the registry. */
import type { z } from 'zod';
import type { ScalingEvent } from '../../domain/events/event.js';
import type { EventKind } from '../../domain/events/kinds.js';

export interface Receiver {
  /** One attempt, no retries. Never rejects, and settles within its timeout. */
  deliver(event: ScalingEvent, signal: AbortSignal): Promise<Delivery>;

  /** Connects, with TLS where the address has it, and sends nothing. Never rejects. */
  connect(signal: AbortSignal): Promise<Connected>;
}

interface Connected {
  readonly isReachable: boolean;
  /** For people. Contains no secret. */
  readonly message: string;
}

/** The outcome of one attempt. A reason is for people, and contains no secret. */
export type Delivery =
  | { readonly outcome: 'delivered' }
  /** The receiver is up and does not accept this event. */
  | { readonly outcome: 'refused'; readonly reason: string }
  /** The receiver wants no more events. */
  | { readonly outcome: 'gone'; readonly reason: string }
  /** Another attempt may succeed. */
  | { readonly outcome: 'failed'; readonly reason: string; readonly retryAfterMs?: number };

/** The entry of a receiver in the registry. The descriptions of the settings are its reference documentation. */
export interface ReceiverDefinition<Schema extends z.ZodType = z.ZodType> {
  readonly type: string;
  /** One sentence for the reference page. */
  readonly summary: string;
  /** The settings of a receiver in escapement.yaml, without `type`, `kinds` and `resources`. */
  readonly settings: Schema;
  /** The kinds that it can express: the default of `kinds`. */
  readonly kinds: readonly EventKind[];
  create(settings: z.output<Schema>): Receiver;
}

export function defineReceiver<Schema extends z.ZodType>(
  definition: ReceiverDefinition<Schema>,
): ReceiverDefinition<Schema> {
  return definition;
}
