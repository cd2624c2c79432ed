/** The last hour of a resource in a few points, for a list. */
import { capacityOfRun, endOfRun, mergedSteps, sampled, type Step, targetOfRun } from '../series/steps.js';
import type { ResourceRow } from './answers.js';
import type { ResourceView } from './views.js';

const shownMs = 3_600_000;
/** A line changes at most once in this time, so that a resource at rest does not change its row. */
const stepMs = 120_000;
const mostPoints = shownMs / stepMs;

/** What the watch has seen, and what the newest run knows: its changes, and its target. */
export function sparkOf({ run, autoscaler }: ResourceView, nowMs: number): ResourceRow['spark'] {
  const ring = autoscaler?.progress?.ring;
  const toMs = Math.ceil(nowMs / stepMs) * stepMs;
  const end = run && !ring ? endOfRun(run) : [];
  const line = (column: readonly (number | null)[], ofRun: readonly Step[]) =>
    sampled(mergedSteps(ring, column, [...ofRun, ...end]), { fromMs: toMs - shownMs, toMs, stepMs }).slice(-mostPoints);
  return {
    capacity: line(ring?.capacity ?? [], run ? capacityOfRun(run) : []),
    target: line(ring?.target ?? [], run ? targetOfRun(run) : []),
  };
}
