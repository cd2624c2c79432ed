/** A plan in words: what it does now, or how it ended and what became of each resource. */
import { type Move, type PlanState, stepsOf } from './plan.js';

export function planSentence(state: PlanState): string {
  const { phase, problem, moves } = state;
  const because = problem ?? 'the plan was cancelled';
  switch (phase) {
    case 'scaling':
      return currentStep(state);
    case 'reached':
      return moves.length === 1 ? 'The resource is at its target.' : 'All resources are at their targets.';
    case 'undoing':
      return `Undoing: ${because}. ${outcomes(moves)}`.trimEnd();
    case 'failed':
    case 'cancelled':
      return `${capitalized(because)}. ${outcomes(moves) || 'There was nothing to undo.'}`;
  }
}

/** `db 1 -> 3: reached` */
export function moveText({
  resource,
  before,
  target,
  phase,
  reason,
}: Pick<Move, 'resource' | 'before' | 'target' | 'phase' | 'reason'>): string {
  const why = reason === null ? '' : `, ${reason}`;
  return `${resource} ${before ?? '?'} -> ${target}: ${phase}${why}`;
}

function currentStep(state: PlanState): string {
  const steps = stepsOf(state);
  const index = steps.findIndex((step) => step.some(({ phase }) => phase !== 'reached'));
  const goals = (steps[index] ?? []).map(({ resource, target }) => `${resource} to ${target}`);
  return `Step ${index + 1} of ${steps.length}: ${goals.join(', ')}.`;
}

/** A sentence for each move that was made, or begun, in the order of the undo. */
function outcomes(moves: readonly Move[]): string {
  return moves
    .toReversed()
    .map(outcomeOf)
    .filter((text) => text !== '')
    .join(' ');
}

function outcomeOf({ resource, target, undo, isRequested, before }: Move): string {
  if (!undo) {
    if (!isRequested) return '';
    return before === target ? `${resource} was at ${target} before.` : `${resource} was not undone.`;
  }
  const why = undo.reason === null ? '' : `: ${undo.reason}`;
  switch (undo.phase) {
    case 'undoing':
      return `${resource} is going back to ${undo.to}.`;
    case 'undone':
      return `${resource} is back at ${undo.to}${why}.`;
    case 'left':
      return `${resource} was left as it is${why}.`;
    case 'failed':
      return `${resource} could not be taken back to ${undo.to}${why}.`;
  }
}

function capitalized(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
