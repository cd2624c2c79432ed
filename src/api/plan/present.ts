/** Converts plans to API responses. */
import type { PlanView } from '../../client/plan/client.js';
import type { Config } from '../../config/config.js';
import { isOver, type Move, stepsOf } from '../../domain/plan/plan.js';
import { planSentence } from '../../domain/plan/sentence.js';
import { iso, isoOrNull } from '../http/iso-time.js';
import type { Links } from '../http/links.js';
import type { PlanAnswer } from './answers.js';

export const planPath = (id: string): string => `/v1/plans/${encodeURIComponent(id)}`;

export function presentPlan(plan: PlanView, resources: Config['resources'], links: Links): PlanAnswer {
  const { state, isOpen, closedAtMs } = plan;
  const isTerminated = !isOpen && !isOver(state.phase);
  return {
    id: state.id,
    phase: isTerminated ? 'terminated' : state.phase,
    sentence: isTerminated
      ? 'The plan was ended in Temporal. Nothing was undone: read the status of each resource.'
      : planSentence(state),
    reason: state.reason,
    steps: stepsOf(state).map((step) => ({ moves: step.map(presentMove) })),
    timeoutSeconds: state.timeoutMs / 1000,
    requestedAt: iso(state.requestedAtMs),
    closedAt: isoOrNull(closedAtMs),
    warnings: isOpen ? policyWarnings(state.moves, resources) : [],
    links: { self: planPath(state.id), webUi: links.webUi(plan) },
  };
}

function presentMove({ resource, target, phase, before, reason, runId, undo }: Move) {
  const undone = undo && { phase: undo.phase, to: undo.to, reason: undo.reason };
  return { resource, target, phase, before, reason, runId, undo: undone };
}

/** A request for an autoscaled resource is applied, and its policies may replace the target. */
function policyWarnings(moves: readonly Move[], resources: Config['resources']): string[] {
  const autoscaled = new Set(moves.map(({ resource }) => resource).filter((alias) => resources[alias]?.autoscale));
  return [...autoscaled].map(
    (alias) =>
      `${alias} is autoscaled: its policies may set another target before the step ends, which fails the plan. Pause them first.`,
  );
}
