/** What happens to the processes and the lines between them: one thing after another to each, all of them at once. */
import { setTimeout } from 'node:timers/promises';
import type { Random } from './random.js';
import { sleepBeforeSending } from './sleeper.js';
import type { TcpProxy } from './tcp-proxy.js';
import type { Member, World } from './world.js';

export interface Toll {
  kills: number;
  /** Stops, cuts and dead lines. */
  faults: number;
  /** Workers that were stopped between taking a change and sending it, and woken after another one had gone on. */
  sleepers: number;
}

type Accident = (member: Member, random: Random, world: World, toll: Toll) => Promise<void>;

const cutTemporal: Accident = async ({ temporal }, _random, _world, toll) => cut(temporal, toll);
const cutSidecar: Accident = async ({ sidecar }, _random, _world, toll) => {
  if (sidecar) cut(sidecar, toll);
};
const loseTemporal: Accident = async ({ temporal }, random, _world, toll) => loseFor(temporal, random, toll);
const loseSidecar: Accident = async ({ sidecar }, random, _world, toll) => {
  if (sidecar) await loseFor(sidecar, random, toll);
};
const kill: Accident = async (member, random, _world, toll) => {
  toll.kills += 1;
  await member.program.kill();
  await setTimeout(random.between(0, 3000));
  member.restart();
};
/** Mostly shorter than the heartbeat time-out of a change (10 s), now and then longer. */
const stop: Accident = async ({ program }, random, _world, toll) => {
  toll.faults += 1;
  program.signal('SIGSTOP');
  await setTimeout(random.chance(0.7) ? random.between(100, 4000) : random.between(8000, 14_000));
  program.signal('SIGCONT');
};
const sleep: Accident = async (member, random, world, toll) => {
  const slept = await sleepBeforeSending(member, world, random.pick(['before asking', 'before sending']));
  if (!slept) return;
  toll.faults += 1;
  toll.sleepers += 1;
};

const ofWorkers = [kill, kill, kill, stop, stop, sleep, cutTemporal, loseTemporal, cutSidecar, loseSidecar];
const ofApi = [kill, kill, stop, cutTemporal, loseTemporal];

/** Begins with a sleeper on one worker, while the other is left in peace to go on; then everything at once, for so long. */
export async function letAccidentsHappen(world: World, random: Random, forMs: number, toll: Toll): Promise<void> {
  const over = new AbortController();
  const { workers, apiMember } = world;
  const perWorker = workers.map((worker) => ({ worker, own: random.fork() }));
  await Promise.all([
    haunt(apiMember, ofApi, random.fork()),
    killTemporal(random.fork()),
    fallAsleep(random.fork()).then(async () => {
      const haunted = perWorker.map(({ worker, own }) => haunt(worker, ofWorkers, own));
      await setTimeout(forMs);
      over.abort();
      await Promise.all(haunted);
    }),
  ]);

  async function fallAsleep(own: Random): Promise<void> {
    const [sleeper] = workers;
    if (sleeper) await sleep(sleeper, own, world, toll);
  }

  async function haunt(member: Member, accidents: readonly Accident[], own: Random): Promise<void> {
    while (await isTime(own.between(1000, 6000))) await own.pick(accidents)(member, own, world, toll);
  }

  async function killTemporal(own: Random): Promise<void> {
    while (await isTime(own.between(6000, 18_000))) {
      toll.kills += 1;
      await world.temporal.kill();
      await setTimeout(own.between(0, 2000));
      await world.temporal.restart();
    }
  }

  async function isTime(afterMs: number): Promise<boolean> {
    // Aborting is how the accidents end, not an error.
    await setTimeout(afterMs, undefined, { signal: over.signal }).catch(() => undefined);
    return !over.signal.aborted;
  }
}

function cut(line: TcpProxy, toll: Toll): void {
  toll.faults += 1;
  line.cut();
}

async function loseFor(line: TcpProxy, random: Random, toll: Toll): Promise<void> {
  toll.faults += 1;
  line.goDead();
  await setTimeout(random.between(500, 9000));
  line.comeBack();
}
