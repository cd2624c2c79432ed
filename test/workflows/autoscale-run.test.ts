/** The loop of an autoscaler in memory: what happens between two lines of it happens when a test says so. */
import { beforeEach, describe, expect, it } from '@jest/globals';
import type { Evaluation } from '../../src/domain/autoscale/evaluation.js';
import type { Revision } from '../../src/domain/autoscale/revision.js';
import type { ScaleAnswer, WatchOrder, WatchResult } from '../../src/domain/autoscale/watch.js';
import type { AutoscaleConfiguration } from '../../workflows/autoscale/messages.js';
import { AutoscaleRun, type Autoscaler, type AutoscaleWorld, type WatchEnd } from '../../workflows/autoscale/run.js';
import { settings as limits } from '../api/settings.js';

/** Something the run waits for. */
class Call<In, Out> {
  readonly answered: Promise<Out>;
  answer: (out: Out) => void = () => undefined;

  constructor(readonly given: In) {
    this.answered = new Promise((resolve) => (this.answer = resolve));
  }
}

class MemoryWorld implements AutoscaleWorld {
  readonly runId = 'run';
  readonly watches: Call<WatchOrder, WatchEnd>[] = [];
  readonly asks: Call<Evaluation, ScaleAnswer>[] = [];
  readonly checks: Call<AutoscaleConfiguration, string | null>[] = [];
  published = 0;
  readonly logged: string[] = [];
  readonly counted: string[] = [];
  isLong = false;
  #isCalledOff: () => boolean = () => false;
  #handlers = 0;
  #drain: { wake: () => boolean; resolve: () => void } | undefined;

  watch(order: WatchOrder, isCalledOff: () => boolean): Promise<WatchEnd> {
    const call = new Call<WatchOrder, WatchEnd>(order);
    this.watches.push(call);
    this.#isCalledOff = isCalledOff;
    return call.answered;
  }
  ask(evaluation: Evaluation): Promise<ScaleAnswer> {
    const call = new Call<Evaluation, ScaleAnswer>(evaluation);
    this.asks.push(call);
    return call.answered;
  }
  whyNotWatched(configuration: AutoscaleConfiguration): Promise<string | null> {
    const call = new Call<AutoscaleConfiguration, string | null>(configuration);
    this.checks.push(call);
    return call.answered;
  }
  drained(wake: () => boolean): Promise<void> {
    return new Promise((resolve) => (this.#drain = { wake, resolve }));
  }
  mustContinue(): boolean {
    return this.isLong;
  }
  publish(): void {
    this.published += 1;
  }
  log(_level: 'info' | 'warn', message: string): void {
    this.logged.push(message);
  }
  countDecision({ target }: Evaluation, outcome: string): void {
    this.counted.push(`${target} ${outcome}`);
  }

  /** A handler of a message, as Temporal counts those that have not finished. */
  handle(work: Promise<void>): void {
    this.#handlers += 1;
    void work.finally(() => (this.#handlers -= 1));
  }

  now(): number {
    return 0;
  }

  /** Everything that can go on has gone on. */
  async settle(): Promise<void> {
    for (let turn = 0; turn < 20; turn += 1) {
      await Promise.resolve();
      if (this.#isCalledOff()) this.watches.at(-1)?.answer({ how: 'calledOff', seen: null });
      if (this.#drain && (this.#handlers === 0 || this.#drain.wake())) {
        this.#drain.resolve();
        this.#drain = undefined;
      }
    }
  }
}

let world: MemoryWorld;
let state: Autoscaler;
let run: AutoscaleRun;
let ending: 'removed' | 'continued' | undefined;

beforeEach(async () => {
  world = new MemoryWorld();
  state = {
    resource: 'worker',
    ...configuration({ atMs: 100 }),
    pause: null,
    override: null,
    watched: null,
    lastAsked: null,
    decisions: [],
    refusedRequests: 0,
    lastError: null,
    ignored: null,
    insteadOf: null,
    removedBy: null,
    heededRun: null,
  };
  run = new AutoscaleRun(state, world);
  ending = undefined;
  void run.run().then((how) => (ending = how));
  await world.settle();
});

const revision = (changes: Partial<Revision>): Revision => ({
  owner: 'default',
  file: 'escapement.yaml',
  host: 'web-1',
  atMs: 100,
  digest: `digest of ${changes.atMs ?? 100}`,
  ...changes,
});

function configuration(changes: Partial<Revision> = {}): AutoscaleConfiguration {
  // Only the interval is looked at by the workflow.
  const settings = { intervalMs: 1000 + (changes.atMs ?? 0) } as AutoscaleConfiguration['settings'];
  return { settings, limits, revision: revision(changes) };
}

function decided(target: number, atMs = 1): { how: 'decided'; result: WatchResult } {
  const evaluation = { capacity: 2, target, atMs, reason: 'because' } as Evaluation;
  const remembered = { evaluatedAtMs: atMs } as WatchResult['state'];
  return { how: 'decided', result: { evaluation, state: remembered } };
}

const removal = (changes: Partial<Revision> = {}) => revision({ atMs: 200, ...changes });

describe('a message', () => {
  it('cancels the watch, and the next watch starts immediately with the message', async () => {
    run.pause({ direction: 'both', untilMs: null });
    await world.settle();
    expect(world.watches).toHaveLength(2);
    expect(world.watches[1]!.given).toMatchObject({ atOnce: true, pause: { direction: 'both' } });
  });

  it('that arrives while a scale is requested is processed right after the request', async () => {
    world.watches[0]!.answer(decided(5));
    await world.settle();
    run.evaluate();
    world.asks[0]!.answer({ runId: 'run' });
    await world.settle();
    expect(world.watches[1]!.given).toMatchObject({ atOnce: true });
    // Nothing else was said.
    world.watches[1]!.answer(decided(6, 2));
    await world.settle();
    world.asks[1]!.answer({ runId: 'run' });
    await world.settle();
    expect(world.watches[2]!.given).toMatchObject({ atOnce: false });
  });

  it.each([
    ['before', true],
    ['after', false],
  ])(
    'that comes in one task with the end of the watch, %s it, is looked at before anything is asked',
    async (_, isFirst) => {
      if (isFirst) run.override({ capacity: 3, untilMs: null });
      world.watches[0]!.answer(decided(5, 7));
      if (!isFirst) run.override({ capacity: 3, untilMs: null });
      await world.settle();
      expect(world.asks).toEqual([]);
      expect(world.watches[1]!.given).toMatchObject({
        atOnce: true,
        override: { capacity: 3 },
        // What it had seen is not lost.
        last: { state: { evaluatedAtMs: 7 } },
      });
    },
  );
});

describe('a removal', () => {
  it('ends the run after every message was processed', async () => {
    world.handle(run.configure(configuration({ atMs: 150 })));
    run.remove(removal());
    await world.settle();
    expect(ending).toBeUndefined();
    world.checks[0]!.answer(null);
    await world.settle();
    expect(ending).toBe('removed');
    expect(state.removedBy).toEqual(removal());
  });

  it('that is followed by a newer configuration does not end the run, whether or not the configuration is usable', async () => {
    run.remove(removal());
    world.handle(run.configure(configuration({ atMs: 300 })));
    await world.settle();
    world.checks[0]!.answer('there is no such policy');
    await world.settle();
    expect(ending).toBeUndefined();
    expect(world.watches.at(-1)!.given).toMatchObject({ atOnce: true, settings: { intervalMs: 1100 } });
    expect(state.ignored).toBe('ignored configure: there is no such policy');
  });

  it('that is ignored is reported until the next valid message', async () => {
    run.remove(removal({ owner: 'another' }));
    world.watches[0]!.answer(decided(5));
    await world.settle();
    world.asks[0]!.answer({ runId: 'run' });
    await world.settle();
    expect(state.ignored).toBe('ignored remove: the autoscaler belongs to the owner default, not to another');
    run.pause(null);
    expect(state.ignored).toBeNull();
  });

  it('that arrives while a newer configuration is being checked does not end the run', async () => {
    world.handle(run.configure(configuration({ atMs: 300 })));
    run.remove(removal());
    await world.settle();
    world.checks[0]!.answer(null);
    await world.settle();
    expect(ending).toBeUndefined();
    expect(state.revision?.atMs).toBe(300);
  });
});

describe('of two configurations', () => {
  it('that are checked at the same time, the newer one applies, whichever check ends first', async () => {
    world.handle(run.configure(configuration({ atMs: 300 })));
    world.handle(run.configure(configuration({ atMs: 200 })));
    world.checks[1]!.answer(null);
    await world.settle();
    // Nothing is done by one that is about to be replaced.
    expect(state.revision?.atMs).toBe(100);
    expect(world.watches).toHaveLength(1);
    world.checks[0]!.answer(null);
    await world.settle();
    expect(state).toMatchObject({ revision: { atMs: 300 }, insteadOf: { atMs: 100 } });
  });

  it('that are checked at the same time, the older one applies if the newer one is not usable', async () => {
    world.handle(run.configure(configuration({ atMs: 300 })));
    world.handle(run.configure(configuration({ atMs: 200 })));
    world.checks[1]!.answer(null);
    await world.settle();
    world.checks[0]!.answer('there is no such policy');
    await world.settle();
    expect(state.revision?.atMs).toBe(200);
  });

  it('the one in force, sent again later, applies instead of one that is still being checked', async () => {
    world.handle(run.configure(configuration({ atMs: 200 })));
    world.handle(run.configure(configuration({ atMs: 300, digest: state.revision!.digest })));
    world.checks[0]!.answer(null);
    await world.settle();
    expect(state).toMatchObject({ revision: { atMs: 300, digest: 'digest of 100' }, settings: { intervalMs: 1100 } });
    expect(world.watches).toHaveLength(1);
  });

  it('with the same time, the one that arrived later applies', async () => {
    world.handle(run.configure(configuration({ digest: 'one' })));
    world.handle(run.configure(configuration({ digest: 'two' })));
    world.checks[1]!.answer(null);
    await world.settle();
    world.checks[0]!.answer(null);
    await world.settle();
    expect(state.revision?.digest).toBe('two');
  });

  it('the older one is reported once and not checked', async () => {
    const before = world.published;
    for (let time = 0; time < 3; time += 1) world.handle(run.configure(configuration({ atMs: 50 })));
    await world.settle();
    expect(world.checks).toEqual([]);
    expect(world.published).toBe(before + 1);
    expect(state).toMatchObject({ revision: { atMs: 100 }, insteadOf: { atMs: 50 } });
  });
});

it('continues as a new run with the state of the cancelled watch', async () => {
  world.isLong = true;
  run.evaluate();
  world.watches[0]!.answer({ how: 'calledOff', seen: decided(4, 9).result });
  await world.settle();
  expect(ending).toBe('continued');
  expect(state.watched?.state.evaluatedAtMs).toBe(9);
});
