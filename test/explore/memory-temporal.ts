/** What the server and a client do in a schedule: one open run at a time, messages to it, closing, continuing. */
import { type ScaleRequest, outOfBounds } from '../../src/domain/scale/request.js';
import type { ScaleState } from '../../workflows/scale/messages.js';
import { answerTo, applyRequest, whyRefused } from '../../workflows/scale/requests.js';
import { type Ending, ScaleRun } from '../../workflows/scale/run.js';
import { newState } from '../../workflows/scale/state.js';
import { MemoryWorld, type Messages } from './memory-world.js';
import { checkEnding } from './promises.js';
import type { Message } from './scenarios.js';
import type { Stage } from './stage.js';

type Occasion = 'nothing comes' | 'a sleeping worker wakes' | Message;
const closing: readonly Occasion[] = ['nothing comes', 'a request comes'];
const closingWithSleeper: readonly Occasion[] = ['nothing comes', 'a sleeping worker wakes', 'a request comes'];

interface OpenRun {
  readonly state: ScaleState;
  readonly run: ScaleRun;
  readonly world: MemoryWorld;
}

export class MemoryTemporal implements Messages {
  private open!: OpenRun;
  private isOpen = false;
  private runs = 0;
  private requests = 0;
  private lastRequest!: ScaleRequest;
  private readonly expected = new Set<string | undefined>();
  /** Updates whose answer has not been seen. */
  private waiting: ScaleRequest[] = [];

  private readonly occasions: readonly Occasion[];
  private readonly occasionsWithSleeper: readonly Occasion[];

  constructor(private readonly stage: Stage) {
    const { messages } = stage.scenario;
    this.occasions = ['nothing comes', ...messages];
    this.occasionsWithSleeper = ['nothing comes', 'a sleeping worker wakes', ...messages];
  }

  /** Runs until there are no more requests. Returns how the last run ended. */
  async play(): Promise<Ending> {
    this.start(this.nextRequest());
    for (;;) {
      const ending = await this.open.run.run();
      if (ending.how === 'continued') {
        this.continueRun();
        continue;
      }
      this.close(ending);
      if (!(await this.isAskedAgain())) return ending;
    }
  }

  /** What comes to a run that has closed goes to the next one: see `isAskedAgain`. */
  async meet(where: string): Promise<void> {
    if (!this.isOpen) return;
    const occasion = this.choose(this.occasions, this.occasionsWithSleeper, where);
    if (occasion === 'nothing comes') return;
    this.stage.note(() => `${where}: ${occasion}`);
    switch (occasion) {
      case 'a sleeping worker wakes':
        await this.stage.sleepers.shift()?.();
        return;
      case 'a request comes':
        this.update(this.nextRequest());
        return;
      case 'the last request comes again':
        this.update(this.lastRequest);
        return;
      case 'a cancellation comes':
        this.cancel();
        return;
    }
  }

  isEveryUpdateAnswered(): boolean {
    this.waiting = this.waiting.filter(({ id }) => answerTo(this.open.state, id) === undefined);
    return this.waiting.length === 0;
  }

  /** The first request travels with the start. */
  private start(request: ScaleRequest): void {
    this.runs += 1;
    const { settings } = this.stage.scenario;
    const begun = { runId: `run ${this.runs}`, startedAtMs: this.stage.nowMs };
    this.openRun(newState({ resource: 'worker', settings }, begun));
    this.take(request);
  }

  private openRun(state: ScaleState): void {
    const world = new MemoryWorld(this.stage, this);
    this.open = { state, world, run: new ScaleRun(state, world) };
    this.isOpen = true;
  }

  /** As a new run with what the history keeps of the state. A client sends what was not answered once more. */
  private continueRun(): void {
    this.stage.note(() => 'the run continues as new');
    this.noteTargets();
    this.isEveryUpdateAnswered();
    // Plain data: that is what the server keeps.
    const carried = JSON.parse(JSON.stringify(this.open.state)) as ScaleState;
    this.openRun({ ...carried, wasCancelled: false });
    for (const request of this.waiting.splice(0)) this.update(request);
  }

  private close(ending: Exclude<Ending, { how: 'continued' }>): void {
    this.stage.note(() => `the run ends: ${ending.how}${ending.how === 'failed' ? `, ${ending.type}` : ''}`);
    this.noteTargets();
    if (ending.how === 'failed') this.stage.asked.target = null;
    this.isOpen = false;
    checkEnding(this.stage, this.open.state, ending, this.isEveryUpdateAnswered());
  }

  private async isAskedAgain(): Promise<boolean> {
    for (;;) {
      const occasion = this.choose(closing, closingWithSleeper, 'as it has just closed');
      if (occasion === 'nothing comes') return false;
      this.stage.note(() => `as it has just closed: ${occasion}`);
      if (occasion === 'a sleeping worker wakes') {
        await this.stage.sleepers.shift()?.();
      } else {
        this.start(this.nextRequest());
        return true;
      }
    }
  }

  /** That a sleeper wakes is what it slept for: no deviation of its own. */
  private choose(alone: readonly Occasion[], withSleeper: readonly Occasion[], where: string): Occasion {
    return this.stage.sleepers.length > 0
      ? this.stage.choose('message', withSleeper, 2, where)
      : this.stage.choose('message', alone, 1, where);
  }

  private nextRequest(): ScaleRequest {
    const { request, laterRequests } = this.stage.scenario;
    const next = this.requests === 0 ? request : laterRequests[(this.requests - 1) % laterRequests.length];
    this.requests += 1;
    this.lastRequest = { ...(next ?? request), id: `request ${this.requests}` };
    return this.lastRequest;
  }

  private update(request: ScaleRequest): void {
    if (whyRefused(this.open.state, request)) return;
    this.waiting.push(request);
    this.take(request);
  }

  /** As `take` in workflows/scale/workflow.ts does. */
  private take(request: ScaleRequest): void {
    const { state, run } = this.open;
    const { asked } = this.stage;
    if (!this.expected.has(request.id)) this.expect(request);
    if (!applyRequest(state, request, this.stage.nowMs)) return;
    run.reconsider();
    asked.requests += 1;
    asked.decisionsSince = 0;
    asked.changesSince = 0;
    asked.atMs = this.stage.nowMs;
    asked.cancelledSince = false;
  }

  /** What a run should make of it, as far as that can be told without knowing what it has seen. */
  private expect({ id, targetCapacity, add = 0, remove = 0 }: ScaleRequest): void {
    const { asked } = this.stage;
    this.expected.add(id);
    if (this.open.state.phase === 'failed') asked.target = null;
    const target = targetCapacity ?? (asked.target === null ? null : asked.target + add - remove);
    // What lies outside the bounds is refused, and changes nothing.
    if (target === null || outOfBounds(target, this.open.state.settings) === undefined) asked.target = target;
  }

  private noteTargets(): void {
    for (const answer of this.open.state.answers) {
      if ('targetCapacity' in answer) this.stage.targets.push(answer.targetCapacity);
    }
  }

  private cancel(): void {
    this.stage.asked.cancelledSince = true;
    this.stage.asked.target = null;
    this.open.world.cancel();
    this.open.run.cancel();
  }
}
