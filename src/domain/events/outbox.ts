/**
 * The events of a workflow that are not handed over yet. It is part of the state of the workflow, so it survives a
 * continue-as-new.
 */
import { type EventFields, type ScalingEvent, shortened } from './event.js';
import { type AnyEventKind, droppedKind } from './kinds.js';

export interface Outbox {
  /** The number of events so far: part of the ID of each event. */
  made: number;
  waiting: ScalingEvent[];
}

/** A state with an outbox. It has none until the first event, so that old states need no change. */
export interface WithOutbox {
  outbox?: Outbox;
}

/** The kinds that receivers want for a resource. Absent: none. */
export type WantedKinds = readonly string[] | undefined;

/** A run makes a few events per change, and they are handed over within milliseconds. */
const mostWaiting = 200;

/**
 * Adds an event, unless no receiver wants its kind.
 * @param source the start of the ID: unique to the workflow run.
 */
export function post(
  state: WithOutbox,
  wanted: WantedKinds,
  source: string,
  event: { kind: AnyEventKind; resource: string; atMs: number; data: EventFields },
): void {
  if (!wanted?.includes(event.kind)) return;
  const outbox = (state.outbox ??= { made: 0, waiting: [] });
  outbox.made += 1;
  outbox.waiting.push({ id: `${source}-${outbox.made}`, ...event, data: shortened(event.data) });
  if (outbox.waiting.length > mostWaiting) outbox.waiting = withoutOldest(outbox.waiting);
}

export function remove(state: WithOutbox, events: readonly ScalingEvent[]): void {
  if (!state.outbox) return;
  const ids = new Set(events.map(({ id }) => id));
  state.outbox.waiting = state.outbox.waiting.filter(({ id }) => !ids.has(id));
}

/** Replaces the oldest events by one event that says how many were dropped. */
function withoutOldest(waiting: readonly ScalingEvent[]): ScalingEvent[] {
  const [oldest, next, ...rest] = waiting;
  if (!oldest || !next) return [...waiting];
  const before = oldest.kind === droppedKind ? Number(oldest.data['count']) : 1;
  const { id, resource, atMs } = next;
  return [{ id: `${id}-dropped`, kind: droppedKind, resource, atMs, data: { count: before + 1 } }, ...rest];
}
