/** What happens to the processes and the lines between them: one thing after another to each, all of them at once. */
import { setTimeout } from 'node:timers/promises';
import type { Random } from './random.js';
import { sleepBeforeSending } from './sleeper.js';
import type { TcpProxy } from './tcp-proxy.js';
import type { Member, World } from './world.js';

export interface FaultCounts {
  kills: number;
  /** Stops, cuts and dead lines. */
  faults: number;
  /** Workers that were stopped between taking a change and sending it, and woken after another one had gone on. */
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
/** Mostly shorter than the heartbeat time-out of a change (10 s), now and then longer. */
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

/** Begins with a sleeper on one worker, while the other is left in peace to go on; then everything at once, for so long. */
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
    // Aborting is how the accidents end, not an error.
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
