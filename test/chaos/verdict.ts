/** Compares the final state of a resource, from its last run and its sidecar, with the requests. */
import type { Resource } from '../e2e/api-client.js';
import { violatedGuarantees } from '../support/violated-guarantees.js';
import type { SeenResource } from '../support/sidecar-witness.js';
import type { RunPlan } from './run-plan.js';

/** Allowed delay between two processes through a proxy, while two cores serve a dozen processes. */
const jitterMs = 1000;
/** A run fails after this number of consecutive changes without effect. */
const maxIneffectiveChanges = 5;

/** The violations as text. Empty if there are none. */
export function violationsOf(plan: RunPlan, resource: Resource, seen: SeenResource): string[] {
  const { asked, cooldownMs, upAfter } = plan;
  return [
    ...violatedGuarantees(seen, { asked, cooldownMs, upAfter, jitterMs }),
    ...wrongEnding(plan, resource.run?.outcome, resource, seen),
  ];
}

/** The printed times show whether a change arrived late or a request was carried out late. */
export function storyOf({ targetCapacity, changes, drift, run }: Resource, seen: SeenResource): string {
  const time = (atMs: number | undefined) => (atMs === undefined ? 'never' : new Date(atMs).toISOString());
  return [
    `  last run: ${run?.startedAt} to ${run?.closedAt}, target ${targetCapacity}`,
    ...changes.map(
      ({ sentAt, from, to, outcome, reason }) =>
        `  the run sent at ${sentAt}: ${from} -> ${to} ${outcome} ${reason ?? ''}`,
    ),
    ...drift.map(({ at, from, to }) => `  the run observed at ${at}: drift ${from} -> ${to}`),
    `  capacities of the sidecar: ${seen.capacities.join(', ')}`,
    ...seen.changes.map(
      ({ atMs, direction, key, appliedAtMs, answered }) =>
        `  the sidecar received at ${time(atMs)}: ${direction} ${key}, applied ${time(appliedAtMs)}, response ${answered}`,
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
    return [`the run reached ${targetCapacity}, but the last request was ${target}`];
  if (outcome === 'reached')
    return capacity === target ? [] : [`the run reports that it reached ${target}, but the capacity is ${capacity}`];
  const hadNoEffect =
    changes.length >= maxIneffectiveChanges &&
    changes.slice(-maxIneffectiveChanges).every((change) => change.appliedAtMs === undefined);
  const rightEndings: readonly string[] = hadNoEffect ? [...mayEndAs, 'ChangeFailed'] : mayEndAs;
  if (outcome !== undefined && rightEndings.includes(outcome)) return [];
  return [`the run ended as ${outcome ?? 'unknown'}, at ${capacity} instead of ${target}: ${lastError ?? 'no error'}`];
}
