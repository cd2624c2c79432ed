/** An event about one resource. It is plain data, because workflow histories store it, and contains no secrets. */
import type { AnyEventKind } from './kinds.js';

export interface ScalingEvent {
  /** Unique, and the same for every attempt to send the event. */
  readonly id: string;
  readonly kind: AnyEventKind;
  readonly resource: string;
  /** When it happened, in milliseconds since the epoch. */
  readonly atMs: number;
  /** The fields of `eventData` for the kind. */
  readonly data: EventFields;
}

export type EventFields = Readonly<Record<string, string | number | boolean | null>>;

/** The order of an activity: events of one resource, the oldest first. */
export interface Publication {
  readonly resource: string;
  readonly events: readonly ScalingEvent[];
}

/** An event and the names of the receivers that get it. */
export interface AddressedEvent {
  readonly event: ScalingEvent;
  readonly receivers: readonly string[];
}

export interface DeliveryOrder {
  readonly receiver: string;
  readonly event: ScalingEvent;
}

/** How a delivery ended. An attempt that may be repeated fails instead. */
export type DeliveryEnd =
  | { readonly how: 'delivered' }
  /** The receiver accepts this event neither now nor later. */
  | { readonly how: 'refused'; readonly reason: string }
  /** The receiver wants no more events. */
  | { readonly how: 'gone'; readonly reason: string }
  /** No worker has the receiver in its configuration. */
  | { readonly how: 'removed' };

const longestText = 300;

/** The fields, with long texts cut: a queue of events must fit into one payload of Temporal. */
export function shortened(data: EventFields): EventFields {
  return Object.fromEntries(
    Object.entries(data).map(([name, value]) => {
      const isLong = typeof value === 'string' && value.length > longestText;
      return [name, isLong ? `${value.slice(0, longestText - 3)}...` : value];
    }),
  );
}
