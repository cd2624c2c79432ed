import { setImmediate } from 'node:timers/promises';
import { describe, expect, it } from '@jest/globals';
import type { DeliveryEnd, ScalingEvent } from '../../src/domain/events/event.js';
import type { EventsState } from '../../workflows/events/messages.js';
import { type Abandoned, EventsRun, type EventsWorld, mostQueued } from '../../workflows/events/run.js';

interface Delivery {
  readonly receiver: string;
  readonly event: ScalingEvent;
  readonly end: (how: DeliveryEnd | Abandoned) => void;
}

/** Deliveries end when the test says so. */
class MemoryWorld implements EventsWorld {
  readonly deliveries: Delivery[] = [];
  readonly logged: string[] = [];
  published = 0;
  isLong = false;
  #lingering: ((isWoken: boolean) => void) | undefined;
  readonly #conditions = new Set<{ isMet: () => boolean; resolve: (isWoken: boolean) => void }>();

  now(): number {
    return 1000;
  }
  deliver(receiver: string, event: ScalingEvent): Promise<DeliveryEnd | Abandoned> {
    return new Promise((end) => this.deliveries.push({ receiver, event, end }));
  }
  interrupt(): void {
    for (const { end } of this.deliveries) end({ how: 'interrupted' });
  }
  async until(isMet: () => boolean): Promise<void> {
    await this.#when(isMet);
  }
  linger(isMet: () => boolean): Promise<boolean> {
    return Promise.race([this.#when(isMet), new Promise<boolean>((resolve) => (this.#lingering = resolve))]);
  }
  mustContinue(): boolean {
    return this.isLong;
  }
  publish(): void {
    this.published += 1;
  }
  log(message: string): void {
    this.logged.push(message);
  }

  endLinger(): void {
    this.#lingering?.(false);
  }

  /** Lets everything happen that can, as Temporal does after each activation. */
  async settle(): Promise<void> {
    for (let turn = 0; turn < 5; turn++) {
      await setImmediate();
      for (const condition of this.#conditions) {
        if (!condition.isMet()) continue;
        this.#conditions.delete(condition);
        condition.resolve(true);
      }
    }
  }

  /** Ends the newest delivery to this receiver. */
  async end(receiver: string, how: DeliveryEnd | Abandoned = { how: 'delivered' }): Promise<void> {
    this.deliveries.findLast((delivery) => delivery.receiver === receiver)!.end(how);
    await this.settle();
  }

  sentTo(receiver: string): string[] {
    return this.deliveries.filter((delivery) => delivery.receiver === receiver).map(({ event }) => event.id);
  }

  #when(isMet: () => boolean): Promise<boolean> {
    return isMet() ? Promise.resolve(true) : new Promise((resolve) => this.#conditions.add({ isMet, resolve }));
  }
}

function newState(): EventsState {
  const empty = { queue: [], known: [], dropped: {}, undelivered: 0, lastProblem: null };
  return { resource: 'web', firstRunId: 'run', ...empty };
}

function start(state = newState()) {
  const world = new MemoryWorld();
  const run = new EventsRun(state, world);
  const ended = run.run();
  const publish = async (receivers: readonly string[], ...ids: readonly string[]) => {
    run.take(ids.map((id) => ({ event: eventOf(id), receivers })));
    await world.settle();
  };
  return { world, run, state, ended, publish };
}

function eventOf(id: string): ScalingEvent {
  return { id, kind: 'target.reached', resource: 'web', atMs: 0, data: {} };
}

describe('the delivery of events', () => {
  it('sends the next event to a receiver only when it has the one before', async () => {
    const { world, publish } = start();
    await publish(['ops'], 'a', 'b', 'c');
    expect(world.sentTo('ops')).toEqual(['a']);
    await world.end('ops');
    await world.end('ops');
    expect(world.sentTo('ops')).toEqual(['a', 'b', 'c']);
  });

  it('does not let a slow receiver delay another one', async () => {
    const { world, publish, state } = start();
    await publish(['slow', 'fast'], 'a', 'b');
    await world.end('fast');
    await world.end('fast');
    expect(world.sentTo('fast')).toEqual(['a', 'b']);
    expect(world.sentTo('slow')).toEqual(['a']);
    expect(state.queue.map(({ waitingFor }) => waitingFor)).toEqual([['slow'], ['slow']]);
  });

  it('ignores an event that has already arrived, also after its delivery', async () => {
    const { world, publish } = start();
    await publish(['ops'], 'a', 'a');
    await world.end('ops');
    await publish(['ops'], 'a', 'b');
    await world.end('ops');
    expect(world.sentTo('ops')).toEqual(['a', 'b']);
  });

  it('drops an event that a receiver refuses or that is too old, and goes on', async () => {
    const { world, publish, state } = start();
    await publish(['ops'], 'a', 'b', 'c');
    await world.end('ops', { how: 'refused', reason: '422' });
    await world.end('ops', { how: 'expired', reason: 'down for 3 days' });
    await world.end('ops');
    expect(world.sentTo('ops')).toEqual(['a', 'b', 'c']);
    expect(state).toMatchObject({ undelivered: 2, lastProblem: 'ops: down for 3 days', queue: [] });
    expect(world.logged).toEqual(Array(2).fill('1 event was not delivered to ops'));
    expect(world.published).toBe(2);
  });

  it.each([{ how: 'removed' } as const, { how: 'gone', reason: '410' } as const])(
    'drops every event that waits for a receiver that is $how, and none of another one',
    async (end) => {
      const { world, publish, state } = start();
      await publish(['ops', 'chat'], 'a', 'b');
      await world.end('ops', end);
      expect(state).toMatchObject({ undelivered: 2 });
      expect(world.logged).toEqual(['2 events were not delivered to ops']);
      await world.end('chat');
      await world.end('chat');
      expect(world.sentTo('chat')).toEqual(['a', 'b']);
      expect(state.queue).toEqual([]);
    },
  );

  it('drops the oldest event that is not being sent where too many wait, and says how many at their place', async () => {
    const { world, publish, state } = start();
    // The name of a property of every object is a valid name.
    const down = 'constructor';
    const ids = Array.from({ length: mostQueued + 3 }, (_, index) => `e${index}`);
    await publish([down], 'e0');
    await publish([down], ...ids.slice(1));
    expect(state.queue).toHaveLength(mostQueued);
    expect(world.logged).toEqual(['1 event was not delivered to constructor']);
    await world.end(down);
    const drops = world.deliveries.at(-1)!.event;
    expect(drops).toMatchObject({ kind: 'events.dropped', data: { count: 3 } });
    await world.end(down);
    await world.end(down);
    expect(world.sentTo(down)).toEqual(['e0', drops.id, 'e4', 'e5']);
    expect(state).toMatchObject({ undelivered: 3, dropped: { [down]: 0 } });
    expect(world.logged.at(-1)).toBe('3 events were not delivered to constructor');
  });

  it('continues as new with its queue, also in the middle of a delivery', async () => {
    const { world, publish, state, ended } = start();
    await publish(['ops', 'chat'], 'a', 'b');
    await world.end('chat');
    world.isLong = true;
    await world.settle();
    expect(await ended).toBe('continued');
    expect(state.queue.map(({ event, waitingFor }) => [event.id, waitingFor])).toEqual([
      ['a', ['ops']],
      ['b', ['ops', 'chat']],
    ]);

    const next = start(state);
    await next.world.settle();
    expect([next.world.sentTo('ops'), next.world.sentTo('chat')]).toEqual([['a'], ['b']]);
    await next.publish(['chat'], 'a');
    await next.world.end('chat');
    expect(next.world.sentTo('chat')).toEqual(['b']);
  });

  it('closes a while after the last delivery, unless another event arrives', async () => {
    const { world, publish, ended } = start();
    await publish(['ops'], 'a');
    await world.end('ops');
    await publish(['ops'], 'b');
    expect(world.sentTo('ops')).toEqual(['a', 'b']);
    await world.end('ops');
    world.endLinger();
    expect(await ended).toBe('done');
  });
});
