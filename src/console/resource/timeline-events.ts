/** Decisions, changes, refusals and drift of a resource as one list, newest first. */
import type { DecisionsAnswer, EvaluationAnswer, ResourceRow, SeriesAnswer } from '../api/answers.js';
import type { Shape } from '../parts/icon.js';

export interface TimelineEvent {
  readonly key: string;
  readonly atMs: number;
  readonly title: string;
  readonly detail: string;
  readonly shape: Shape;
  readonly tone: 'calm' | 'needy' | 'bad';
  /** Of a decision. */
  readonly evaluation: EvaluationAnswer | null;
}

/** @param changes of every run in the time of the chart. */
export function eventsOf(
  row: ResourceRow,
  decisions: DecisionsAnswer['decisions'],
  changes: SeriesAnswer['changes'],
): TimelineEvent[] {
  const others = [...row.drift.map(driftEvent), ...row.ignoredSignals.map(ignoredEvent)];
  const events = [...decisions.map(decisionEvent), ...changes.map(changeEvent), ...others];
  return events.sort((one, other) => other.atMs - one.atMs);
}

function decisionEvent({ evaluation, refused, runId }: DecisionsAnswer['decisions'][number]): TimelineEvent {
  const { at, asked, target, reason } = evaluation;
  return {
    key: `decision ${at} ${runId ?? ''}`,
    atMs: Date.parse(at),
    title: `Decided ${asked} → ${target}`,
    detail: refused === null ? reason : `Refused: ${refused}`,
    shape: refused === null ? 'settled' : 'failed',
    tone: refused === null ? 'calm' : 'needy',
    evaluation,
  };
}

function changeEvent({ from, to, at, outcome, reason, note }: SeriesAnswer['changes'][number]): TimelineEvent {
  const words = [changeWords[outcome], ...(note === null ? [] : [note]), ...(reason === null ? [] : [reason])];
  return {
    key: `change ${at} ${from} ${to}`,
    atMs: Date.parse(at),
    title: `${from} → ${to}`,
    detail: words.join(': '),
    shape: outcome === 'rejected' ? 'failed' : to > from ? 'up' : 'down',
    tone: outcome === 'rejected' ? 'needy' : 'calm',
    evaluation: null,
  };
}

const changeWords = {
  accepted: 'accepted by the platform',
  unknown: 'outcome unknown, so it counts as made',
  rejected: 'refused by the platform',
} as const;

function driftEvent({ at, from, to }: ResourceRow['drift'][number]): TimelineEvent {
  return {
    key: `drift ${at}`,
    atMs: Date.parse(at),
    title: `${from} → ${to}`,
    detail: 'by another writer, not by Escapement',
    shape: 'attention',
    tone: 'needy',
    evaluation: null,
  };
}

function ignoredEvent({ at, message }: ResourceRow['ignoredSignals'][number]): TimelineEvent {
  return {
    key: `ignored ${at}`,
    atMs: Date.parse(at),
    title: 'Ignored a signal',
    detail: message,
    shape: 'attention',
    tone: 'needy',
    evaluation: null,
  };
}
