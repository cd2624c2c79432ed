/** The kinds of events that Escapement sends to receivers outside it. The names are stable: receivers switch on them. */

/** The kinds that a receiver can choose. */
export const eventKinds = [
  'change.made',
  'change.unknown',
  'change.refused',
  'request.refused',
  'target.reached',
  'run.failed',
  'run.cancelled',
  'drift.seen',
  'fallback.entered',
  'fallback.left',
  'autoscaler.paused',
  'autoscaler.resumed',
  'override.set',
  'override.removed',
] as const;
export type EventKind = (typeof eventKinds)[number];

/** Every receiver gets this kind about the events that were dropped for it, whatever it has chosen. */
export const droppedKind = 'events.dropped';
export type AnyEventKind = EventKind | typeof droppedKind;

/** The start of the CloudEvents attribute `type`. */
export const typePrefix = 'io.escapement.';
