/** An event in one sentence, for people. */
import type { EventFields, ScalingEvent } from './event.js';
import type { AnyEventKind } from './kinds.js';

export function sentenceOf({ kind, resource, data }: ScalingEvent): string {
  const dry = data['dryRun'] === true ? ' (dry run: nothing was sent)' : '';
  // A newer version may have handed over a kind that this version does not have.
  const words: string = Object.hasOwn(sentences, kind) ? sentences[kind](data) : kind;
  return `${resource}: ${words}${dry}`;
}

/** Whether the event reports a problem that a person may have to look at. */
export function isProblem(kind: AnyEventKind): boolean {
  return problems.includes(kind);
}

const problems: readonly AnyEventKind[] = [
  'change.unknown',
  'change.refused',
  'request.refused',
  'run.failed',
  'fallback.entered',
  'autoscaler.paused',
  'events.dropped',
];

const sentences: Readonly<Record<AnyEventKind, (data: EventFields) => string>> = {
  'change.made': (data) => `scaled from ${shown(data['from'])} to ${shown(data['to'])}${because(data)}`,
  'change.unknown': (data) =>
    `the change from ${shown(data['from'])} to ${shown(data['to'])} has an unknown outcome: ${shown(data['reason'])}`,
  'change.refused': (data) =>
    `the platform refused the change from ${shown(data['from'])} to ${shown(data['to'])}: ${shown(data['reason'])}`,
  'request.refused': (data) => `a request was refused: ${shown(data['reason'])}`,
  'target.reached': (data) => `the target ${shown(data['target'])} is reached, at ${shown(data['capacity'])}`,
  'run.failed': (data) =>
    `scaling to ${shown(data['target'])} failed (${shown(data['failure'])}): ${shown(data['reason'])}`,
  'run.cancelled': (data) => `scaling to ${shown(data['target'])} was cancelled, at ${shown(data['capacity'])}`,
  'drift.seen': (data) => `another writer changed the capacity from ${shown(data['from'])} to ${shown(data['to'])}`,
  'fallback.entered': (data) => `the fallback is in force, because signals fail: ${shown(data['reason'])}`,
  'fallback.left': () => 'the fallback is no longer in force: the signals work again',
  'autoscaler.paused': (data) =>
    data['by'] === 'autoscaler'
      ? `the autoscaler has paused itself: ${shown(data['reason'])}`
      : `the autoscaler is paused (${shown(data['direction'])})${untilText(data)}`,
  'autoscaler.resumed': () => 'the autoscaler is resumed',
  'override.set': (data) => `the capacity is overridden to ${shown(data['capacity'])}${untilText(data)}`,
  'override.removed': () => 'the override is removed',
  'events.dropped': (data) => `${shown(data['count'])} events could not be delivered and are lost`,
};

function because({ requestReason }: EventFields): string {
  return typeof requestReason === 'string' && requestReason !== '' ? ` (${requestReason})` : '';
}

function untilText({ until }: EventFields): string {
  return typeof until === 'string' ? ` until ${until}` : '';
}

function shown(value: EventFields[string] | undefined): string {
  return value === null || value === undefined ? 'unknown' : String(value);
}
