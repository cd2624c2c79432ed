/** The state of a resource in the format of the Omnistrate example. */
import type { RunView } from '../../client/scale/runs.js';
import type { Observation } from '../../domain/scale/capacity.js';
import type { ApiContext } from '../context.js';
import type { DropInScaleAnswer, DropInStatusAnswer } from './answers.js';
import { isAtRest, phaseOf } from '../scale/present.js';

type Seen = NonNullable<DropInScaleAnswer['currentStatus']>;

const observedWithinMs = 1500;
const nanosecondsInMs = 1_000_000;
/** The zero value of Go's time type. */
const never = '0001-01-01T00:00:00Z';

/** @throws Error that says why the capacity is not known. */
export async function readDropInStatus(api: ApiContext, alias: string): Promise<DropInStatusAnswer> {
  const run = await api.runs.newest(alias);
  const seen = await readSeen(api, alias, run);
  const scalingInProgress = !isAtRest(phaseOf(run));
  const remainingMs = cooldownRemainingMs(run);
  return {
    ...seen,
    targetCapacity: scalingInProgress ? (targetOf(run) ?? 0) : 0,
    scalingInProgress,
    lastActionTime: lastActionTime(run),
    inCooldownPeriod: remainingMs > 0,
    cooldownRemaining: remainingMs * nanosecondsInMs,
  };
}

/**
 * The capacity that the platform shows now, when this process can reach it; otherwise the last one that the run
 * observed.
 */
export async function readSeen({ observe }: ApiContext, alias: string, run: RunView | undefined): Promise<Seen> {
  const observation = observe ? await observe(alias, AbortSignal.timeout(observedWithinMs)) : lastSeen(run);
  if (!observation) throw new Error('no run has observed it yet, and this process cannot reach the platform');
  const { capacity, status, details } = observation;
  return {
    currentCapacity: capacity,
    status,
    instanceId: details?.['instanceId'] ?? '',
    resourceId: details?.['resourceId'] ?? '',
    resourceAlias: details?.['resourceAlias'] ?? alias,
  };
}

function lastSeen(run: RunView | undefined): Pick<Observation, 'capacity' | 'status' | 'details'> | null {
  return run?.status?.observed ?? run?.progress?.observation ?? null;
}

function targetOf(run: RunView | undefined): number | null {
  return run?.status?.targetCapacity ?? run?.memo.targetCapacity ?? null;
}

function lastActionTime(run: RunView | undefined): string {
  const sent = run?.status?.changes.filter(({ outcome }) => outcome !== 'rejected').at(-1);
  return sent ? new Date(sent.sentAtMs).toISOString() : never;
}

/** Until the next change may be made in either direction. */
function cooldownRemainingMs(run: RunView | undefined): number {
  const until = run?.status?.cooldownUntilMs;
  return until ? Math.max(0, Math.max(until.up, until.down) - Date.now()) : 0;
}
