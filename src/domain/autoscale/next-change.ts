/** What a scale run would do about a target now: one step, when the cooldown has expired. */
import { cooledDownAtMs, directionOf, nextCapacity, widenedTo } from '../scale/step.js';
import { shownTime } from '../numbers.js';
import type { EvaluationInput, NextChange } from './evaluation.js';
import type { AutoscaleSpec } from './spec.js';
import type { LimitChain } from './limit-chain.js';

/**
 * Moves the chain to the capacity that the next change would reach, so that `limitedBy` includes step and cooldown.
 * Returns null where there is nothing to change.
 */
export function nextChange({ limits }: AutoscaleSpec, chain: LimitChain, input: EvaluationInput): NextChange | null {
  const { capacity, lastChange, nowMs } = input;
  const target = chain.number;
  if (target === capacity) return null;
  const next = nextCapacity(capacity, target, widenedTo(target, limits));
  const direction = directionOf(capacity, next);
  chain.move('step', next, `at most ${Math.abs(next - capacity)} a change`);

  const cooledDownMs = lastChange === null ? nowMs : cooledDownAtMs(lastChange, direction, limits);
  const notBeforeMs = Math.max(nowMs, cooledDownMs);
  if (notBeforeMs > nowMs) chain.move('cooldown', capacity, `until ${shownTime(notBeforeMs)}`);
  if (limits.dryRun) chain.move('dryRun', capacity, 'nothing is sent');

  const changes = Math.ceil((target - capacity) / (next - capacity));
  const reachedMs = notBeforeMs + (changes - 1) * limits.cooldownMs[direction];
  return { capacity: next, notBeforeMs, changes, reachedMs };
}
