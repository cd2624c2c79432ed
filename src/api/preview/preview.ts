/** What a request for a capacity would do, from what is known now. */
import type { RunView } from '../../client/scale/runs.js';
import type { ResourceConfig } from '../../config/config.js';
import { shownTime } from '../../domain/numbers.js';
import { planOf, type Plan } from '../../domain/scale/plan.js';
import { outOfBounds, type ScaleRequestBody } from '../../domain/scale/request.js';
import type { ScaleSettings } from '../../domain/scale/settings.js';
import { durationText } from '../../domain/written/duration.js';
import type { ResourceRow } from '../fleet/answers.js';
import { iso, isoOrNull } from '../http/iso-time.js';
import { isAtRest } from '../scale/present.js';
import type { PreviewAnswer } from './answers.js';

export interface PreviewFacts {
  readonly config: ResourceConfig;
  readonly row: ResourceRow;
  readonly run: RunView | undefined;
  readonly nowMs: number;
}

/** Of `POST .../scale`. */
export function previewScale(requested: ScaleRequestBody, facts: PreviewFacts): PreviewAnswer {
  const { config, row } = facts;
  const to = targetOf(requested, row);
  const wrong = to === null ? undefined : outOfBounds(to, config.settings);
  if (wrong !== undefined) return refusedPreview(facts, to, `${config.alias}: ${wrong}`);
  return previewTarget(to, facts, config.settings, [...autoscaleWarnings(facts), ...warningsOf(facts)]);
}

/** The plan to a target that is not refused. */
export function previewTarget(
  to: number | null,
  facts: PreviewFacts,
  settings: ScaleSettings,
  warnings: readonly string[],
): PreviewAnswer {
  const { config, row, run, nowMs } = facts;
  const from = capacityAfterChange(facts);
  const lastChange = run?.isOpen ? (run.status?.lastChange ?? null) : null;
  const plan = from === null || to === null ? null : planOf({ from, target: to, nowMs, lastChange }, settings);
  return {
    resource: config.alias,
    outcome: outcomeOf(to, run),
    from: row.capacity,
    to,
    steps: (plan?.changes ?? []).map(({ atMs, ...change }) => ({ ...change, at: iso(atMs) })),
    changes: plan?.count ?? 0,
    finishedAt: isoOrNull(plan?.finishedAtMs ?? null),
    sentence: plan && from !== null && to !== null ? sentenceOf(from, to, plan, nowMs) : unknownSentence(to),
    warnings: [...warnings],
  };
}

export function refusedPreview({ config, row }: PreviewFacts, to: number | null, why: string): PreviewAnswer {
  return {
    resource: config.alias,
    outcome: 'refused',
    from: row.capacity,
    to,
    steps: [],
    changes: 0,
    finishedAt: null,
    sentence: `${why}.`,
    warnings: [],
  };
}

/** A relative request counts from the target of a run in progress, and otherwise from the observed capacity. */
function targetOf({ targetCapacity, add = 0, remove = 0 }: ScaleRequestBody, row: ResourceRow): number | null {
  if (targetCapacity !== undefined) return targetCapacity;
  const base = isAtRest(row.phase) || row.targetCapacity === null ? row.capacity : row.targetCapacity;
  return base === null ? null : base + add - remove;
}

/** A change that was sent and is not shown yet counts as made. */
function capacityAfterChange({ row, run }: PreviewFacts): number | null {
  const status = run?.isOpen ? run.status : null;
  const sent = status?.changes.findLast(({ outcome }) => outcome !== 'rejected');
  return status?.lastChange?.confirmed === false && sent ? sent.to : row.capacity;
}

function outcomeOf(to: number | null, run: RunView | undefined): PreviewAnswer['outcome'] {
  const current = run?.isOpen ? (run.status?.targetCapacity ?? run.memo.targetCapacity ?? null) : null;
  if (current === null) return 'started';
  return current === to ? 'unchanged' : 'retargeted';
}

/** `3 changes from 8 to 13, at most 2 units each, 5m apart, the first now, the last at ... at the earliest.` */
function sentenceOf(from: number, to: number, { changes, count, finishedAtMs }: Plan, nowMs: number): string {
  const [first, second] = changes;
  if (!first || finishedAtMs === null) return `The capacity is ${from} already: there is nothing to change.`;
  const begin = first.atMs > nowMs ? `at ${shownTime(first.atMs)}, after the cooldown` : 'now';
  if (!second) return `One change from ${from} to ${to}, ${begin}.`;
  const units = Math.abs(first.to - first.from);
  const each = `at most ${units} ${units === 1 ? 'unit' : 'units'} each`;
  const pauseMs = second.atMs - first.atMs;
  const apart = pauseMs > 0 ? `, ${durationText(pauseMs)} apart` : '';
  return `${count} changes from ${from} to ${to}, ${each}${apart}, the first ${begin}, the last at ${shownTime(finishedAtMs)} at the earliest.`;
}

function unknownSentence(to: number | null): string {
  const goal = to === null ? 'The target is relative to it.' : `Then it is scaled to ${to}.`;
  return `The capacity is not known until a worker observes it. ${goal}`;
}

/** The policies decide again after a request that is not theirs. */
function autoscaleWarnings({ config, row }: PreviewFacts): string[] {
  const { autoscale } = config;
  if (!autoscale) return [];
  if (row.pause?.direction === 'both') return [];
  const soon = `at the next evaluation, within ${durationText(autoscale.settings.intervalMs)}`;
  if (row.override) return [`The override of ${row.override.capacity} applies again ${soon}.`];
  return [`The policies take over again ${soon}. Set an override to keep the capacity longer.`];
}

/** What can prevent any change. */
export function warningsOf({ row, run }: PreviewFacts): string[] {
  const { notice, refused, dryRun, platform } = row;
  return [
    ...(dryRun ? ['This is a dry run: no change is sent.'] : []),
    ...(notice === null ? [] : [notice]),
    ...(refused && run?.isOpen
      ? [`${platform} refused the change from ${refused.from} to ${refused.to}: ${refused.reason}.`]
      : []),
  ];
}
