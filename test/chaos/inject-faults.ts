/** Injects faults into processes and their connections: one fault after another per process, all processes at once. */
import { setTimeout } from 'node:timers/promises';
import type { Random } from './random.js';
import { sleepBeforeSending } from './sleeper.js';
import type { TcpProxy } from './tcp-proxy.js';
import type { Member, World } from './world.js';

export interface FaultCounts {
  kills: number;
  /** Suspended processes, cut connections and connections that lose all data. */
  faults: number;
  /**
   * Workers that were suspended between accepting a change and sending it, and resumed after another worker had sent
   * it.
   */
  sleepers: number;
}

type FaultInjection = (member: Member, random: Random, world: World, counts: FaultCounts) => Promise<void>;

const cutTemporal: FaultInjection = async ({ temporal }, _random, _world, counts) => cut(temporal, counts);
const cutSidecar: FaultInjection = async ({ sidecar }, _random, _world, counts) => {
  if (sidecar) cut(sidecar, counts);
};
const loseTemporal: FaultInjection = async ({ temporal }, random, _world, counts) => loseFor(temporal, random, counts);
const loseSidecar: FaultInjection = async ({ sidecar }, random, _world, counts) => {
  if (sidecar) await loseFor(sidecar, random, counts);
};
const kill: FaultInjection = async (member, random, _world, counts) => {
  counts.kills += 1;
  await member.program.kill();
  await setTimeout(random.between(0, 3000));
  member.restart();
};
/** Usually shorter than the heartbeat timeout of a change (10 s), sometimes longer. */
const stop: FaultInjection = async ({ program }, random, _world, counts) => {
  counts.faults += 1;
  program.signal('SIGSTOP');
  await setTimeout(random.chance(0.7) ? random.between(100, 4000) : random.between(8000, 14_000));
  program.signal('SIGCONT');
};
const sleep: FaultInjection = async (member, random, world, counts) => {
  const slept = await sleepBeforeSending(member, world, random.pick(['before asking', 'before sending']));
  if (!slept) return;
  counts.faults += 1;
  counts.sleepers += 1;
};

const ofWorkers = [kill, kill, kill, stop, stop, sleep, cutTemporal, loseTemporal, cutSidecar, loseSidecar];
const ofApi = [kill, kill, stop, cutTemporal, loseTemporal];

/** First suspends one worker while the other runs without faults. Then injects all faults for `forMs`. */
export async function injectFaults(world: World, random: Random, forMs: number, counts: FaultCounts): Promise<void> {
  const over = new AbortController();
  const { workers, apiMember } = world;
  const perWorker = workers.map((worker) => ({ worker, own: random.fork() }));
  await Promise.all([
    causeFaults(apiMember, ofApi, random.fork()),
    killTemporal(random.fork()),
    suspendOneWorker(random.fork()).then(async () => {
      const untilOver = perWorker.map(({ worker, own }) => causeFaults(worker, ofWorkers, own));
      await setTimeout(forMs);
      over.abort();
      await Promise.all(untilOver);
    }),
  ]);

  async function suspendOneWorker(own: Random): Promise<void> {
    const [sleeper] = workers;
    if (sleeper) await sleep(sleeper, own, world, counts);
  }

  async function causeFaults(member: Member, accidents: readonly FaultInjection[], own: Random): Promise<void> {
    while (await waitUnlessOver(own.between(1000, 6000))) await own.pick(accidents)(member, own, world, counts);
  }

  async function killTemporal(own: Random): Promise<void> {
    while (await waitUnlessOver(own.between(6000, 18_000))) {
      counts.kills += 1;
      await world.temporal.kill();
      await setTimeout(own.between(0, 2000));
      await world.temporal.restart();
    }
  }

  async function waitUnlessOver(afterMs: number): Promise<boolean> {
    // An abort ends the faults. It is not an error.
    await setTimeout(afterMs, undefined, { signal: over.signal }).catch(() => undefined);
    return !over.signal.aborted;
  }
}

function cut(line: TcpProxy, counts: FaultCounts): void {
  counts.faults += 1;
  line.cut();
}

async function loseFor(line: TcpProxy, random: Random, counts: FaultCounts): Promise<void> {
  counts.faults += 1;
  line.goDead();
  await setTimeout(random.between(500, 9000));
  line.comeBack();
}
