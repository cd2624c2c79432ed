/** The least that shows that a worker works. */
import { proxyActivities } from '@temporalio/workflow';
import type { ProbeActivities } from './probe-activities.js';

const { echo } = proxyActivities<ProbeActivities>({ startToCloseTimeout: '10s' });

/** Sent once, like a change of capacity: whatever happens to its worker, there is no second attempt. */
const { change } = proxyActivities<ProbeActivities>({
  startToCloseTimeout: '1 minute',
  heartbeatTimeout: '30s',
  retry: { maximumAttempts: 1 },
});

/** Lives for hours, and goes on elsewhere from its heartbeat. */
const { watch } = proxyActivities<ProbeActivities>({ startToCloseTimeout: '1 day', heartbeatTimeout: '30s' });

export async function probe(): Promise<string> {
  return echo('it works');
}

export async function changeOnce(): Promise<string> {
  return change();
}

export async function watchOn(): Promise<string> {
  return watch();
}
