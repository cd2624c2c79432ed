import { setImmediate } from 'node:timers/promises';
import { describe, expect, it } from '@jest/globals';
import type { ArrivalEnd, ArrivalOrder, PlanAnswer, Standing } from '../../src/domain/plan/orders.js';
import { type PlanMember, type PlannedStep, newPlan, type PlanState } from '../../src/domain/plan/plan.js';
import { planSentence } from '../../src/domain/plan/sentence.js';
import { type MoveRequest, PlanRun, type PlanWorld } from '../../workflows/plan/run.js';

interface Fake {
  capacity: number;
  standing: Standing;
}

/** Requests reach their target at once, unless the test says how they end, and when. */
class MemoryWorld implements PlanWorld {
  readonly resources = new Map<string, Fake>();
  /** Every request that was applied, as `key target`. */
  readonly requested: string[] = [];
  /** By key. A request without an entry reaches its target. */
  readonly ends = new Map<string, ArrivalEnd | 'never'>();
  readonly refused = new Set<string>();
  nowMs = 1_000_000;
  mustGo = false;
  #wakes: (() => void)[] = [];

  constructor(capacities: Readonly<Record<string, number>>) {
    for (const [resource, capacity] of Object.entries(capacities)) this.set(resource, capacity, null);
  }

  set(resource: string, capacity: number, by: string | null, more: Partial<Standing> = {}): void {
    const standing = { target: by === null ? null : capacity, by, isInProgress: false, isCancelled: false };
    this.resources.set(resource, { capacity, standing: { ...standing, lastChange: null, ...more } });
  }
  now(): number {
    return this.nowMs;
  }
  async look(resource: string): Promise<Standing> {
    return this.resources.get(resource)!.standing;
  }
  async observe({ resource }: PlanMember): Promise<{ capacity: number } | { failed: string }> {
    const { capacity } = this.resources.get(resource)!;
    return capacity < 0 ? { failed: `${resource} is FAILED` } : { capacity };
  }
  async request({ resource }: PlanMember, { target, key, seen }: MoveRequest): Promise<PlanAnswer> {
    const fake = this.resources.get(resource)!;
    if (this.refused.has(key)) return { refused: `${target} is above the maximum` };
    if (fake.standing !== seen) return { outdated: true };
    this.requested.push(`${key} ${target}`);
    this.set(resource, target, key, { isInProgress: true });
    return { runId: `run-of-${resource}` };
  }
  async arrival({ key, resource }: ArrivalOrder): Promise<ArrivalEnd> {
    const end = this.ends.get(key) ?? { how: 'reached' };
    if (end === 'never') return new Promise(() => undefined);
    const fake = this.resources.get(resource)!;
    if (end.how === 'cancelled') fake.standing = { ...fake.standing, isCancelled: true };
    if (end.how === 'reached') fake.standing = { ...fake.standing, isInProgress: false };
    return end;
  }
  async limited<T>({ atMs }: { atMs: number }, wake: () => boolean, work: () => Promise<T>) {
    const woken = new Promise<'late' | 'interrupted'>((resolve) => {
      const check = () => {
        if (wake()) resolve('interrupted');
        else if (this.nowMs >= atMs) resolve('late');
        else this.#wakes.push(check);
      };
      check();
    });
    return Promise.race([woken, work()]);
  }
  mustContinue(): boolean {
    return this.mustGo;
  }
  publish(): void {
    this.#check();
  }
  log(): void {
    return;
  }

  /** Lets everything happen that can, as Temporal does after each activation. */
  async settle(): Promise<void> {
    for (let turn = 0; turn < 20; turn++) {
      await setImmediate();
      this.#check();
    }
  }

  #check(): void {
    for (const wake of this.#wakes.splice(0)) wake();
  }
}

const settings = {
  min: 0,
  max: 20,
  step: { up: null, down: null },
  cooldownMs: { up: 0, down: 0 },
  settleMs: 0,
  waitForActive: { timeoutMs: 1000, intervalMs: 100 },
  requestTimeoutMs: 1000,
  dryRun: false,
};
const inOrder: PlannedStep[] = [
  [{ resource: 'db', target: 3 }],
  [{ resource: 'api', target: 10 }],
  [{ resource: 'web', target: 4 }],
];
const timeoutMs = 60_000;

function start(world: MemoryWorld, steps = inOrder, carried?: PlanState, limits: Partial<typeof settings> = {}) {
  const state = carried ?? newPlan({ id: 'p', timeoutMs, steps }, 0);
  const members = [...world.resources.keys()].map((resource) => ({
    resource,
    taskQueue: 'q',
    settings: { ...settings, ...limits },
  }));
  const run = new PlanRun(state, members, world);
  return { state, run, ended: run.run() };
}

const capacities = { db: 1, api: 5, web: 2 };
const failed: ArrivalEnd = { how: 'failed', reason: 'the platform said no' };
const undoOf = ({ moves }: PlanState) => moves.map(({ undo }) => undo?.phase ?? null);

describe('a plan', () => {
  it('requests each step when the one before is reached', async () => {
    const world = new MemoryWorld(capacities);
    const { state, ended } = start(world);
    expect(await ended).toBe('ended');
    expect(world.requested).toEqual(['plan:p:1 3', 'plan:p:2 10', 'plan:p:3 4']);
    expect(state).toMatchObject({ phase: 'reached', problem: null });
    expect(state.moves.map(({ before }) => before)).toEqual([1, 5, 2]);
    expect(planSentence(state)).toBe('All resources are at their targets.');
  });

  it('scales the resources of one step at the same time', async () => {
    const world = new MemoryWorld(capacities);
    world.ends.set('plan:p:1', 'never');
    const { state } = start(world, [[...inOrder[0]!, ...inOrder[1]!], inOrder[2]!]);
    await world.settle();
    expect(world.requested).toEqual(['plan:p:1 3', 'plan:p:2 10']);
    expect(state.moves.map(({ phase }) => phase)).toEqual(['scaling', 'reached', 'waiting']);
    expect(planSentence(state)).toBe('Step 1 of 2: db to 3, api to 10.');
  });

  it('undoes the steps in reverse when one fails, the failed one first', async () => {
    const world = new MemoryWorld(capacities);
    world.ends.set('plan:p:3', failed);
    const { state, ended } = start(world);
    await ended;
    expect(world.requested.slice(3)).toEqual(['plan:p:undo:3 2', 'plan:p:undo:2 5', 'plan:p:undo:1 1']);
    expect(state.phase).toBe('failed');
    expect(undoOf(state)).toEqual(['undone', 'undone', 'undone']);
    expect(planSentence(state)).toBe(
      'Step 3 failed: web did not reach 4, the platform said no. web is back at 2. api is back at 5. db is back at 1.',
    );
  });

  it('does not undo a step whose request was refused, or a resource that was at its target before', async () => {
    const world = new MemoryWorld({ ...capacities, db: 3 });
    world.refused.add('plan:p:2');
    const { state, ended } = start(world);
    await ended;
    expect(world.requested).toEqual(['plan:p:1 3']);
    expect(undoOf(state)).toEqual([null, null, null]);
    expect(planSentence(state)).toContain('db was at 3 before.');
  });

  it('requests nothing of a resource that cannot be observed', async () => {
    const world = new MemoryWorld({ ...capacities, api: -1 });
    const { state, ended } = start(world);
    await ended;
    expect(world.requested).toEqual(['plan:p:1 3', 'plan:p:undo:1 1']);
    expect(state.problem).toBe('step 2 failed: api did not reach 10, api is FAILED');
  });

  it('does not undo a resource that another caller has retargeted since', async () => {
    const world = new MemoryWorld(capacities);
    world.ends.set('plan:p:2', 'never');
    const { state, run, ended } = start(world);
    await world.settle();
    world.set('db', 7, 'made:by-a-person');
    run.stop('undo');
    await ended;
    expect(world.requested).toEqual(['plan:p:1 3', 'plan:p:2 10', 'plan:p:undo:2 5']);
    expect(undoOf(state)).toEqual(['left', 'undone', null]);
    expect(planSentence(state)).toContain(
      'db was left as it is: its newest request, for 7, is not a request of this plan.',
    );
  });

  it('does not undo a resource whose run another caller has cancelled', async () => {
    const world = new MemoryWorld(capacities);
    world.ends.set('plan:p:1', { how: 'cancelled' });
    const { state, ended } = start(world);
    await ended;
    expect(world.requested).toEqual(['plan:p:1 3']);
    const reason = 'its scale run was cancelled by another caller';
    expect(state).toMatchObject({ phase: 'failed', moves: [{ reason, undo: { phase: 'left', reason } }, {}, {}] });
  });

  it('fails when a step takes longer than its time limit, and continues the undo when one takes longer too', async () => {
    const world = new MemoryWorld(capacities);
    world.ends.set('plan:p:2', 'never').set('plan:p:undo:2', 'never');
    const { state, ended } = start(world);
    await world.settle();
    world.nowMs += timeoutMs;
    await world.settle();
    expect(state).toMatchObject({ phase: 'undoing', problem: expect.stringContaining('within 60 s') as unknown });
    world.nowMs += timeoutMs;
    await world.settle();
    await ended;
    expect(undoOf(state)).toEqual(['undone', 'failed', null]);
  });

  it('stops the other resources of a step when one fails, and undoes them too', async () => {
    const world = new MemoryWorld(capacities);
    world.ends.set('plan:p:1', 'never').set('plan:p:2', failed);
    const { state, ended } = start(world, [[...inOrder[0]!, ...inOrder[1]!]]);
    await world.settle();
    await ended;
    expect(state.moves.map(({ phase }) => phase)).toEqual(['stopped', 'failed']);
    expect(undoOf(state)).toEqual(['undone', 'undone']);
  });

  it('that is cancelled undoes what it did, also the step in progress', async () => {
    const world = new MemoryWorld(capacities);
    world.ends.set('plan:p:2', 'never');
    const { state, run, ended } = start(world);
    await world.settle();
    run.stop('undo');
    await world.settle();
    expect(await ended).toBe('ended');
    expect(world.requested.slice(2)).toEqual(['plan:p:undo:2 5', 'plan:p:undo:1 1']);
    expect(state).toMatchObject({ phase: 'cancelled', problem: null });
  });

  it('keeps the capacities where it is asked to, also during the undo', async () => {
    const world = new MemoryWorld(capacities);
    world.ends.set('plan:p:3', failed).set('plan:p:undo:2', 'never');
    const { state, run, ended } = start(world);
    await world.settle();
    run.stop('keep');
    await world.settle();
    await ended;
    expect(world.requested).not.toContain('plan:p:undo:1 1');
    expect(undoOf(state)).toEqual([null, 'failed', 'undone']);
    expect(planSentence(state)).toContain('api could not be taken back to 5: the undo was stopped. db was not undone.');
  });

  it('counts a resource on its way as where it is going', async () => {
    const world = new MemoryWorld(capacities);
    world.set('api', 8, 'made:before', { isInProgress: true });
    world.ends.set('plan:p:3', failed);
    const { state, ended } = start(world);
    await ended;
    expect(state.moves[1]).toMatchObject({ before: 8, undo: { phase: 'undone', to: 8 } });
  });

  it('looks again when another caller was faster with a request', async () => {
    const world = new MemoryWorld(capacities);
    const observe = world.observe.bind(world);
    world.observe = async (member) => {
      const seen = await observe(member);
      if (member.resource === 'db' && world.requested.length === 0 && 'capacity' in seen && seen.capacity === 1)
        world.set('db', 6, 'made:faster');
      return seen;
    };
    const { state, ended } = start(world);
    await ended;
    expect(state.moves[0]).toMatchObject({ before: 6, phase: 'reached' });
  });

  it('undoes only to a capacity inside the bounds, and says so', async () => {
    const world = new MemoryWorld({ ...capacities, db: 0 });
    world.ends.set('plan:p:2', failed);
    const { state, ended } = start(world, inOrder, undefined, { min: 1 });
    await ended;
    expect(world.requested.at(-1)).toBe('plan:p:undo:1 1');
    expect(state.moves[0]!.undo).toMatchObject({ phase: 'undone', to: 1, reason: '0 is outside its bounds' });
  });

  it('may take one resource to several targets, and undoes each', async () => {
    const world = new MemoryWorld({ worker: 5, db: 1 });
    const drained: PlannedStep[] = [
      [{ resource: 'worker', target: 0 }],
      [{ resource: 'db', target: 2 }],
      [{ resource: 'worker', target: 5 }],
    ];
    world.ends.set('plan:p:3', failed);
    const { state, ended } = start(world, drained);
    await ended;
    expect(world.requested.slice(3)).toEqual(['plan:p:undo:3 0', 'plan:p:undo:2 1', 'plan:p:undo:1 5']);
    expect(undoOf(state)).toEqual(['undone', 'undone', 'undone']);
  });
});

describe('a plan that continues as new', () => {
  it('goes on with the wait that was interrupted, and requests nothing again', async () => {
    const world = new MemoryWorld(capacities);
    world.ends.set('plan:p:2', 'never');
    const { state, ended } = start(world);
    await world.settle();
    world.mustGo = true;
    await world.settle();
    expect(await ended).toBe('continued');
    world.mustGo = false;
    world.ends.delete('plan:p:2');
    const next = start(world, inOrder, structuredClone(state));
    expect(await next.ended).toBe('ended');
    expect(next.state.phase).toBe('reached');
    expect(world.requested).toEqual(['plan:p:1 3', 'plan:p:2 10', 'plan:p:3 4']);
  });

  it('does not take its own request for what was there before', async () => {
    const world = new MemoryWorld(capacities);
    const state = newPlan({ id: 'p', timeoutMs, steps: [inOrder[0]!] }, 0);
    Object.assign(state.moves[0]!, { phase: 'scaling', startedAtMs: world.nowMs, before: 1, isRequested: true });
    world.set('db', 3, 'plan:p:1', { isInProgress: true });
    const { ended } = start(world, inOrder, state);
    await ended;
    expect(state.moves[0]).toMatchObject({ before: 1, phase: 'reached' });
  });

  it('goes on with the undo', async () => {
    const world = new MemoryWorld(capacities);
    world.ends.set('plan:p:2', failed).set('plan:p:undo:2', 'never');
    const { state, ended } = start(world);
    await world.settle();
    world.mustGo = true;
    await world.settle();
    expect(await ended).toBe('continued');
    expect(state.phase).toBe('undoing');
    world.mustGo = false;
    world.ends.delete('plan:p:undo:2');
    const next = start(world, inOrder, structuredClone(state));
    await next.ended;
    expect(next.state.phase).toBe('failed');
    expect(undoOf(next.state)).toEqual(['undone', 'undone', null]);
  });
});
