/** Evaluates one policy. */
import type { Answer, PolicyInput, PolicyMemory } from '../policies/policy.js';
import { usedInstead } from '../policies/signal-values.js';
import type { NamedPolicy } from './spec.js';

/** The answer of a policy and the memory that it returns, with the name of the policy. */
export interface Verdict extends Answer {
  readonly policy: string;
}

export function judge(policy: NamedPolicy, memory: PolicyMemory, input: PolicyInput): Verdict {
  const answer = policy.evaluate(input, memory);
  const { result } = answer;
  const instead = policy.expression && result.kind === 'capacity' ? usedInstead(policy.expression, input) : '';
  if (instead === '' || result.kind !== 'capacity') return { policy: policy.name, ...answer };
  return { policy: policy.name, ...answer, result: { ...result, reason: `${result.reason}${instead}` } };
}
