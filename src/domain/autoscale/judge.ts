/** Asks one policy. */
import type { Answer, Circumstances, PolicyMemory } from '../policies/policy.js';
import type { NamedPolicy } from './spec.js';

/** What a policy says, and what it has to remember, under its name. */
export interface Verdict extends Answer {
  readonly policy: string;
}

export function judge(policy: NamedPolicy, memory: PolicyMemory, circumstances: Circumstances): Verdict {
  return { policy: policy.name, ...policy.evaluate(circumstances, memory) };
}
