/** The units that an evaluation is about: what there is, what was asked for, and what the samples came from. */
import type { Units } from '../policies/policy.js';
import type { EvaluationInput } from './evaluation.js';

export function unitsOf({ capacity, ready, status, run }: EvaluationInput): Units {
  return {
    capacity,
    asked: run?.target ?? capacity,
    isAskedByOthers: run !== null && !run.isOwn,
    loaded: ready ?? (status === 'ACTIVE' ? capacity : null),
  };
}
