/**
 * The hard case, on purpose: a worker is stopped between taking a change and sending it, given up by the server, and woken
 * when another worker has sent the same change. The moment is found by watching the worker's lines: a worker looks at
 * the resource, then asks the server whether the change is still its own, then sends it.
 */
import { setTimeout } from 'node:timers/promises';
import { eventually } from '../support/eventually.js';
import type { TcpProxy } from './tcp-proxy.js';
import type { Member, World } from './world.js';

export type Moment =
  /** With the look under way: it wakes with what it saw then, and has yet to ask. */
  | 'before asking'
  /** With the server's answer, that the change is still its own, unread in its socket. */
  | 'before sending';

/** Within which some run comes to a change on this worker. */
const patienceMs = 20_000;
/** The look is answered, and the server asked and heard, well within this; a permit lasts 2 s. */
const askingMs = 400;
/** The heartbeat time-out of 10 s, settling, a cooldown, the other worker's turn: twice that. */
const longestSleepMs = 40_000;
/** What it would do wrong, it would do at once. */
const awakeMs = 2000;

/** False where no run came to it, or none went on without the sleeper. */
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
  // Work that the server handed to a sleeper would wait there for its time-outs, run by run.
  temporal.loseFarEnds();
  const stoppedAtMs = Date.now();
  const hasGoneOn = await eventually(
    'another worker sends the change',
    () => (world.sentAtMs.get(resource) ?? 0) > stoppedAtMs,
    longestSleepMs,
  ).catch(() => false); // it need not come to that, in the middle of everything else
  program.signal('SIGCONT');
  await setTimeout(awakeMs);
  temporal.comeBack();
  return hasGoneOn;
}

/** Waits for the look with which a change begins, and does something before it is passed on. Answers with the resource. */
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

/** A change is pending, and nothing has been sent since it was: its later looks see what became of it. */
async function isAboutToChange(resource: string, { client, sentAtMs }: World): Promise<boolean> {
  const run = client.workflow.getHandle(`scale:${resource}`);
  const description = await client.withDeadline(Date.now() + 500, () => run.describe()).catch(() => undefined);
  const pending = description?.raw.pendingActivities?.find(({ activityType }) => activityType?.name === 'change');
  if (!pending?.lastStartedTime) return false;
  const { seconds, nanos } = pending.lastStartedTime;
  return (sentAtMs.get(resource) ?? 0) < Number(seconds) * 1000 + (nanos ?? 0) / 1e6;
}
