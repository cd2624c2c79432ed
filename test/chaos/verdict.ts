/** What a resource came to, held against what was asked for it: by its last run, and by its sidecar. */
import type { Resource } from '../e2e/api-client.js';
import { brokenPromises } from '../support/kept-promises.js';
import type { SeenResource } from '../support/sidecar-witness.js';
import type { RunPlan } from './run-plan.js';

/** From one process to another through a proxy, while two cores serve a dozen of them. */
const jitterMs = 1000;
/** After so many changes in a row without effect a run gives up. */
const mostInVain = 5;

/** In words; empty when all is right. */
export function violationsOf(plan: RunPlan, { run, lastError }: Resource, seen: SeenResource): string[] {
  const { asked, cooldownMs, upAfter } = plan;
  return [
    ...brokenPromises(seen, { asked, cooldownMs, upAfter, jitterMs }),
    ...wrongEnding(plan, run?.outcome, lastError, seen),
  ];
}

function wrongEnding(
  { target, mayEndAs }: RunPlan,
  outcome: string | undefined,
  lastError: string | null,
  { capacities, changes }: SeenResource,
): string[] {
  const capacity = capacities.at(-1);
  if (outcome === 'reached')
    return capacity === target ? [] : [`it says it has reached ${target}, and it is at ${capacity}`];
  const wasInVain =
    changes.length >= mostInVain && changes.slice(-mostInVain).every((change) => change.appliedAtMs === undefined);
  const rightEndings: readonly string[] = wasInVain ? [...mayEndAs, 'ChangeFailed'] : mayEndAs;
  if (outcome !== undefined && rightEndings.includes(outcome)) return [];
  return [
    `it ended as ${outcome ?? 'nothing'}, at ${capacity} instead of ${target}: ${lastError ?? 'without an error'}`,
  ];
}
