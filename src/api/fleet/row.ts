/** The row of a resource: its status, what needs a person, and why it has its capacity. */
import type { RunView } from '../../client/scale/runs.js';
import type { ResourceConfig } from '../../config/config.js';
import type { Evaluation } from '../../domain/autoscale/evaluation.js';
import { autoscaleReason } from '../../domain/autoscale/watch.js';
import { presentOverride, presentPause, unlessExpired } from '../autoscale/present.js';
import type { Links } from '../http/links.js';
import { isAtRest, phaseOf, presentResource } from '../scale/present.js';
import type { ResourceAnswer } from '../scale/answers.js';
import type { ResourceRow } from './answers.js';
import { attentionOf } from './attention.js';
import { sparkOf } from './spark.js';
import type { ResourceView } from './views.js';

export interface RowContext {
  readonly links: Links;
  readonly nowMs: number;
  /** What prevents the autoscaler from working; null: nothing, or not checked yet. */
  readonly autoscalerNotice: string | null;
}

export function rowOf(config: ResourceConfig, view: ResourceView, context: RowContext): ResourceRow {
  const { run, autoscaler } = view;
  const { links, nowMs, autoscalerNotice } = context;
  const presented = presentResource(config, run, links);
  const status = { ...presented, notice: presented.notice ?? autoscalerNotice };
  const evaluation = newestEvaluation(view);
  return {
    ...status,
    isAutoscaled: config.autoscale !== undefined,
    ...numbersOf(status, evaluation),
    attention: attentionOf({ config, status, run, autoscaler, autoscalerNotice, nowMs }),
    why: whyOf(run, evaluation),
    limitedBy: limitOf(status, evaluation),
    pause: presentPause(unlessExpired(autoscaler?.memo.pause)),
    override: presentOverride(unlessExpired(autoscaler?.memo.override)),
    spark: sparkOf(view, nowMs),
  };
}

/** The evaluation, unless a run in progress that another requester started is newer than it. */
function newestEvaluation({ run, autoscaler }: ResourceView): Evaluation | null {
  const evaluation = autoscaler?.progress?.evaluation ?? null;
  if (!evaluation || !run || isAtRest(phaseOf(run)) || isOwn(run)) return evaluation;
  return run.startedAtMs > evaluation.atMs ? null : evaluation;
}

function isOwn({ status, memo }: RunView): boolean {
  return (status?.reason ?? memo.reason)?.startsWith(autoscaleReason) ?? false;
}

type Numbers = Pick<ResourceRow, 'capacity' | 'ready' | 'target'>;

function numbersOf(status: ResourceAnswer, evaluation: Evaluation | null): Numbers {
  const { observed, targetCapacity, phase } = status;
  const isFromRun = observed !== null && (evaluation === null || Date.parse(observed.observedAt) >= evaluation.atMs);
  const seen = isFromRun ? observed : evaluation;
  const isUnderWay = !isAtRest(phase) && targetCapacity !== null;
  return {
    capacity: seen?.capacity ?? null,
    ready: seen?.ready ?? null,
    target: isUnderWay ? targetCapacity : (evaluation?.target ?? targetCapacity),
  };
}

function whyOf(run: RunView | undefined, evaluation: Evaluation | null): string | null {
  return evaluation?.reason ?? run?.status?.reason ?? run?.memo.reason ?? null;
}

/** The last link of the chain from the recommendation to what is done now. */
function limitOf(status: ResourceAnswer, evaluation: Evaluation | null): ResourceRow['limitedBy'] {
  const { phase, observed, targetCapacity, cooldownUntil, refused } = status;
  const last = evaluation?.limits.at(-1);
  if (last) return { by: last.by, from: last.from, to: last.to, reason: last.reason };
  if (evaluation || observed === null || targetCapacity === null) return null;
  const held = { from: targetCapacity, to: observed.capacity };
  const until = targetCapacity > observed.capacity ? cooldownUntil.up : cooldownUntil.down;
  if (phase === 'coolingDown' && until !== null) return { by: 'cooldown', ...held, reason: `until ${until}` };
  return phase === 'backingOff' && refused ? { by: 'refused', ...held, reason: refused.reason } : null;
}
