/** What a resource came to, held against what was asked for it: by its last run, and by its sidecar. */
import type { Resource } from '../e2e/api-client.js';
import { violatedGuarantees } from '../support/violated-guarantees.js';
import type { SeenResource } from '../support/sidecar-witness.js';
import type { RunPlan } from './run-plan.js';

/** From one process to another through a proxy, while two cores serve a dozen of them. */
const jitterMs = 1000;
/** After so many changes in a row without effect a run gives up. */
const maxIneffectiveChanges = 5;

/** In words; empty when all is right. */
export function violationsOf(plan: RunPlan, resource: Resource, seen: SeenResource): string[] {
  const { asked, cooldownMs, upAfter } = plan;
  return [
    ...violatedGuarantees(seen, { asked, cooldownMs, upAfter, jitterMs }),
    ...wrongEnding(plan, resource.run?.outcome, resource, seen),
  ];
}

/** Who reads only what was printed can tell a change that came late from a request that was carried out late. */
export function storyOf({ targetCapacity, changes, drift, run }: Resource, seen: SeenResource): string {
  const time = (atMs: number | undefined) => (atMs === undefined ? 'never' : new Date(atMs).toISOString());
  return [
    `  last run: ${run?.startedAt} to ${run?.closedAt}, target ${targetCapacity}`,
    ...changes.map(
      ({ sentAt, from, to, outcome, reason }) => `  it sent at ${sentAt}: ${from} -> ${to} ${outcome} ${reason ?? ''}`,
    ),
    ...drift.map(({ at, from, to }) => `  it saw at ${at}: drift ${from} -> ${to}`),
    `  the sidecar was at ${seen.capacities.join(', ')}`,
    ...seen.changes.map(
      ({ atMs, direction, key, appliedAtMs, answered }) =>
        `  the sidecar received at ${time(atMs)}: ${direction} ${key}, applied ${time(appliedAtMs)}, answered ${answered}`,
    ),
  ].join('\n');
}

function wrongEnding(
  { target, mayEndAs }: RunPlan,
  outcome: string | undefined,
  { targetCapacity, lastError }: Pick<Resource, 'targetCapacity' | 'lastError'>,
  { capacities, changes }: SeenResource,
): string[] {
  const capacity = capacities.at(-1);
  if (outcome === 'reached' && targetCapacity !== target)
    return [`it has reached ${targetCapacity}, and the last request was ${target}`];
  if (outcome === 'reached')
    return capacity === target ? [] : [`it says it has reached ${target}, and it is at ${capacity}`];
  const hadNoEffect =
    changes.length >= maxIneffectiveChanges &&
    changes.slice(-maxIneffectiveChanges).every((change) => change.appliedAtMs === undefined);
  const rightEndings: readonly string[] = hadNoEffect ? [...mayEndAs, 'ChangeFailed'] : mayEndAs;
  if (outcome !== undefined && rightEndings.includes(outcome)) return [];
  return [
    `it ended as ${outcome ?? 'nothing'}, at ${capacity} instead of ${target}: ${lastError ?? 'without an error'}`,
  ];
}
