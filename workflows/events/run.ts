/**
 * The loop of an events workflow: each receiver gets the events of one resource in their order, and a slow receiver
 * does not delay another one. This file does not import Temporal: everything that the loop needs from outside is in
 * `EventsWorld`.
 */
import type { AddressedEvent, DeliveryEnd, ScalingEvent } from '../../src/domain/events/event.js';
import { droppedKind } from '../../src/domain/events/kinds.js';
import { appendTo } from '../bounded-log.js';
import type { EventsState, QueuedEvent } from './messages.js';

export interface EventsWorld {
  /** Milliseconds since the epoch. A replay returns the same value. */
  now(): number;
  /** Retries until the receiver has the event, until `arrivedAtMs` is too long ago, or until `interrupt` is called. */
  deliver(receiver: string, event: ScalingEvent, arrivedAtMs: number): Promise<DeliveryEnd | Abandoned>;
  /** Ends the deliveries in progress. A request that is being sent is completed. */
  interrupt(): void;
  until(condition: () => boolean): Promise<void>;
  /** Returns true when `wake` returns true, and false after a time without that. */
  linger(wake: () => boolean): Promise<boolean>;
  /** The run must continue as new: its history is long, or the resource is served on another task queue now. */
  mustContinue(): boolean;
  /** Updates the memo, which the server shows when no worker can answer. */
  publish(): void;
  /** Writes a line to the log of the worker. A replay writes nothing. */
  log(message: string, fields: Readonly<Record<string, unknown>>): void;
}

export type Abandoned =
  /** The time for this event is over. */
  { readonly how: 'expired'; readonly reason: string } | { readonly how: 'interrupted' };

/**
 * Events that wait for a receiver, and IDs that are remembered. With all its texts, a full queue takes about 1 MB of
 * the 2 MB that Temporal allows for the input of a run.
 */
export const mostQueued = 1000;
const tooMany = `more than ${mostQueued} events waited`;

export class EventsRun {
  /** The receivers that a lane is serving, and the ID of the event that is being delivered to each. */
  private readonly lanes = new Map<string, string | null>();
  private isEnding = false;

  constructor(
    private readonly state: EventsState,
    private readonly world: EventsWorld,
  ) {}

  async run(): Promise<'done' | 'continued'> {
    this.serveAll();
    for (;;) {
      await this.world.until(() => this.lanes.size === 0 || this.world.mustContinue());
      if (this.world.mustContinue()) {
        this.isEnding = true;
        this.world.interrupt();
        await this.world.until(() => this.lanes.size === 0);
        return 'continued';
      }
      // An event that is sent again shortly after its delivery finds a run that knows its ID.
      const isWoken = await this.world.linger(() => this.lanes.size > 0 || this.world.mustContinue());
      // No await from here to the return: events that arrive later find the run closed and start the next one.
      if (!isWoken) return 'done';
    }
  }

  take(events: readonly AddressedEvent[]): void {
    for (const { event, receivers } of events) {
      if (this.state.known.includes(event.id)) continue;
      appendTo(this.state.known, event.id, mostQueued);
      this.state.queue.push({ event, arrivedAtMs: this.world.now(), waitingFor: [...receivers] });
    }
    while (this.state.queue.length > mostQueued && this.dropOldest());
    this.serveAll();
  }

  private serveAll(): void {
    const waiting = new Set(this.state.queue.flatMap(({ waitingFor }) => waitingFor));
    for (const receiver of waiting) if (!this.lanes.has(receiver)) void this.serve(receiver);
  }

  /** Delivers to one receiver, one event after the other, until there is none. */
  private async serve(receiver: string): Promise<void> {
    this.lanes.set(receiver, null);
    while (!this.isEnding) {
      const next = this.nextFor(receiver);
      if (!next) break;
      if (this.dropsOf(receiver) > 0) await this.deliverDrops(receiver, next);
      else await this.deliver(receiver, next);
    }
    this.lanes.delete(receiver);
  }

  private async deliver(receiver: string, queued: QueuedEvent): Promise<void> {
    const { event, arrivedAtMs } = queued;
    this.lanes.set(receiver, event.id);
    const end = await this.world.deliver(receiver, event, arrivedAtMs);
    switch (end.how) {
      case 'interrupted':
        return;
      case 'delivered':
        this.settle(receiver, [queued]);
        return;
      case 'refused':
        this.abandon(receiver, [queued], `it does not accept the event: ${end.reason}`);
        return;
      case 'expired':
        this.abandon(receiver, [queued], end.reason);
        return;
      case 'gone':
        this.abandon(receiver, this.allFor(receiver), `it accepts no more events: ${end.reason}`);
        return;
      case 'removed':
        this.abandon(receiver, this.allFor(receiver), 'it is no longer in the configuration');
    }
  }

  /** The receiver learns how many events it will not get, at the place in the order where they are missing. */
  private async deliverDrops(receiver: string, { event, arrivedAtMs }: QueuedEvent): Promise<void> {
    const { resource, firstRunId } = this.state;
    const count = this.dropsOf(receiver);
    const id = `${firstRunId}-dropped-${receiver}-${event.id}`;
    const drops = { id, kind: droppedKind, resource, atMs: event.atMs, data: { count } } as const;
    this.lanes.set(receiver, id);
    const { how } = await this.world.deliver(receiver, drops, arrivedAtMs);
    if (how === 'interrupted') return;
    this.state.dropped[receiver] = this.dropsOf(receiver) - count;
    this.note(receiver, count, tooMany);
  }

  private nextFor(receiver: string): QueuedEvent | undefined {
    return this.state.queue.find(({ waitingFor }) => waitingFor.includes(receiver));
  }

  private allFor(receiver: string): QueuedEvent[] {
    return this.state.queue.filter(({ waitingFor }) => waitingFor.includes(receiver));
  }

  private dropsOf(receiver: string): number {
    // A receiver may have the name of a property of every object, such as `constructor`.
    return Object.hasOwn(this.state.dropped, receiver) ? (this.state.dropped[receiver] ?? 0) : 0;
  }

  private settle(receiver: string, events: readonly QueuedEvent[]): void {
    for (const queued of events) queued.waitingFor = queued.waitingFor.filter((name) => name !== receiver);
    this.state.queue = this.state.queue.filter(({ waitingFor }) => waitingFor.length > 0);
  }

  private abandon(receiver: string, events: readonly QueuedEvent[], reason: string): void {
    this.settle(receiver, events);
    this.state.undelivered += events.length;
    this.note(receiver, events.length, reason);
  }

  /** @returns false when every event is being delivered at this moment, so that none can be dropped. */
  private dropOldest(): boolean {
    const inFlight = (queued: QueuedEvent, receiver: string) => this.lanes.get(receiver) === queued.event.id;
    for (const queued of this.state.queue) {
      const losing = queued.waitingFor.filter((receiver) => !inFlight(queued, receiver));
      if (losing.length === 0) continue;
      for (const receiver of losing) this.drop(receiver, queued);
      return true;
    }
    return false;
  }

  /** Logged when the first of several events is dropped, and with their number when the receiver learns of it. */
  private drop(receiver: string, queued: QueuedEvent): void {
    const isFirst = this.dropsOf(receiver) === 0;
    this.settle(receiver, [queued]);
    this.state.undelivered += 1;
    this.state.dropped[receiver] = this.dropsOf(receiver) + 1;
    if (isFirst) this.note(receiver, 1, tooMany);
  }

  private note(receiver: string, count: number, reason: string): void {
    this.state.lastProblem = `${receiver}: ${reason}`;
    this.world.log(`${count} ${count === 1 ? 'event was' : 'events were'} not delivered to ${receiver}`, {
      receiver,
      count,
      reason,
    });
    this.world.publish();
  }
}
