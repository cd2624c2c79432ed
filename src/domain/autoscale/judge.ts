/** Evaluates one policy. */
import type { Answer, PolicyInput, PolicyMemory } from '../policies/policy.js';
import type { NamedPolicy } from './spec.js';

/** The answer of a policy and the memory that it returns, with the name of the policy. */
export interface Verdict extends Answer {
  readonly policy: string;
}

export function judge(policy: NamedPolicy, memory: PolicyMemory, input: PolicyInput): Verdict {
  return { policy: policy.name, ...policy.evaluate(input, memory) };
}
