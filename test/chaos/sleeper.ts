/**
 * The most difficult case: a worker is suspended between accepting a change and sending it. The server times the
 * attempt out, and the worker is resumed after another worker has sent the same change. The connections of the worker
 * show the moment: a worker reads the resource, then requests the send permit from the server, then sends the change.
 */
import { setTimeout } from 'node:timers/promises';
import { eventually } from '../support/eventually.js';
import type { TcpProxy } from './tcp-proxy.js';
import type { Member, World } from './world.js';

export type Moment =
  /** During the read: the resumed worker has an old observation, and has not requested the permit. */
  | 'before asking'
  /** When the server's response with the permit is in the worker's socket and was not read. */
  | 'before sending';

/** Timeout for a run to reach a change on this worker. */
const patienceMs = 20_000;
/** Sufficient for the read and the request of the permit. A permit is valid for 2 s. */
const askingMs = 400;
/** Twice the sum of the heartbeat timeout (10 s), the settle time, a cooldown and the attempt of the other worker. */
const longestSleepMs = 40_000;
/** A resumed worker that sends in error would do so immediately. */
const awakeMs = 2000;

/** False if no run reached a change on this worker, or no other worker sent the change. */
export async function sleepBeforeSending(worker: Member, world: World, moment: Moment): Promise<boolean> {
  const { sidecar, temporal, program } = worker;
  if (!sidecar) return false;
  const resource = await catchLook(sidecar, world, () => {
    if (moment === 'before asking') program.signal('SIGSTOP');
    else temporal.holdAnswers();
  });
  if (resource === undefined) return false;
  if (moment === 'before sending') {
    await setTimeout(askingMs);
    program.signal('SIGSTOP');
    temporal.releaseAnswers();
  }
  // Tasks that the server dispatched to the suspended worker would wait for their timeouts.
  temporal.loseFarEnds();
  const stoppedAtMs = Date.now();
  const hasGoneOn = await eventually(
    'another worker sends the change',
    () => (world.sentAtMs.get(resource) ?? 0) > stoppedAtMs,
    longestSleepMs,
  ).catch(() => false); // other faults may prevent it
  program.signal('SIGCONT');
  await setTimeout(awakeMs);
  temporal.comeBack();
  return hasGoneOn;
}

/** Waits for the read with which a change begins, runs `act` before it is forwarded, and returns the resource. */
async function catchLook(sidecar: TcpProxy, world: World, then: () => void): Promise<string | undefined> {
  const passOn = sidecar.onFirstBytes;
  try {
    return await new Promise<string | undefined>((resolve) => {
      void setTimeout(patienceMs).then(() => resolve(undefined));
      sidecar.onFirstBytes = async (bytes) => {
        await passOn(bytes);
        const [, resource] = /^GET \/resource\/([^/]+)\//.exec(bytes.toString('latin1')) ?? [];
        if (resource === undefined || !(await isAboutToChange(resource, world))) return;
        if (sidecar.onFirstBytes === passOn) return;
        sidecar.onFirstBytes = passOn;
        then();
        resolve(resource);
      };
    });
  } finally {
    sidecar.onFirstBytes = passOn;
  }
}

/** A change is pending and was not sent yet. Reads after the sending only confirm the change. */
async function isAboutToChange(resource: string, { client, sentAtMs }: World): Promise<boolean> {
  const run = client.workflow.getHandle(`scale:${resource}`);
  const description = await client.withDeadline(Date.now() + 500, () => run.describe()).catch(() => undefined);
  const pending = description?.raw.pendingActivities?.find(({ activityType }) => activityType?.name === 'change');
  if (!pending?.lastStartedTime) return false;
  const { seconds, nanos } = pending.lastStartedTime;
  return (sentAtMs.get(resource) ?? 0) < Number(seconds) * 1000 + (nanos ?? 0) / 1e6;
}
