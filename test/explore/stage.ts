/** The shared state of a schedule: the virtual time, the choices, and the record that is checked at the end. */
import type { Chooser, PointKind } from './choices.js';
import { MemoryPlatform, type Send } from './memory-platform.js';
import type { Scenario } from './scenarios.js';
import { mustStopAfter } from './wrong-way.js';

/** A schedule that breaks a promise ends there: what comes after it means nothing. */
export class Violation extends Error {}

/** No schedule of the bound gets near it unless it never ends. */
const mostPoints = 3000;

export class Stage {
  readonly startedAtMs = 1_000_000_000_000;
  nowMs = this.startedAtMs;
  /** As the activities and the worker have them, on the scale of the scenario's settings. */
  readonly heartbeatTimeoutMs = 500;
  readonly permitLastsMs = 200;
  readonly platform: MemoryPlatform;
  /** Suspended workers whose attempts have timed out: each can be resumed once. */
  readonly sleepers: (() => Promise<void>)[] = [];
  /** Changes of which the run was not told that they were accepted. */
  doubtfulChanges = 0;
  /** How many requests the run had when it decided on its last change: a later one does not stop that change. */
  requestsAtDecision = 0;
  /** Every capacity that a request has led to. */
  readonly targets: number[] = [];
  /** What to check when a run ends: see promises.ts. */
  readonly asked = {
    /** How many requests the runs have taken. */
    requests: 0,
    decisionsSince: 0,
    changesSince: 0,
    atMs: 0,
    cancelledSince: false,
    target: null as number | null,
  };
  private points = 0;

  constructor(
    readonly scenario: Scenario,
    private readonly chooser: Chooser,
    private readonly story?: string[],
  ) {
    this.platform = new MemoryPlatform(scenario.startCapacity, this);
    this.asked.target = scenario.startCapacity;
  }

  choose<Option extends string>(kind: PointKind, options: readonly Option[], free = 1, where = ''): Option {
    this.points += 1;
    if (this.points > mostPoints) throw new Violation('the run does not end');
    return options[this.chooser.choose(kind, options, free, where)] as Option; // a chooser answers with an index of them
  }

  /** A change reaches the platform. */
  sending(send: Send): void {
    const { sends } = this.platform;
    const { cooldownMs, upAfter } = this.scenario.settings;
    const isUp = ({ from, to }: Send) => to > from;
    const countsOnlyUps = isUp(send) && upAfter === 'up';
    const before = sends.findLast((earlier) => !earlier.wasRejected && (isUp(earlier) || !countsOnlyUps));
    if (before) {
      const leastMs = isUp(send) ? cooldownMs.up : cooldownMs.down;
      const gapMs = send.atMs - before.atMs;
      if (gapMs < leastMs) throw new Violation(`a change was sent ${gapMs} ms after another, cooldown ${leastMs} ms`);
    }
    const stillToLand = sends.find(({ landsAtMs }) => landsAtMs > send.atMs && landsAtMs < Infinity);
    if (stillToLand) throw new Violation('a change was sent while an earlier one was still in flight');
    if (this.asked.cancelledSince) throw new Violation('a change was sent after the run was cancelled');
    // A request that comes after another writer may well go down from what that one has set.
    const isOvertaken = this.platform.movedAtMs() > this.asked.atMs;
    if (this.scenario.goesOnlyOut && isOvertaken && !isUp(send))
      throw new Violation('a run that scales out has scaled in');
    if (mustStopAfter(this.sendsForRequest(), this.platform))
      throw new Violation('a change was sent after earlier ones had moved the capacity in the wrong direction');
    this.checkPace(send);
    this.asked.changesSince += 1;
    sends.push(send);
  }

  /** The changes that the run decided on after its newest request. */
  sendsForRequest(): Send[] {
    return this.platform.sends.filter(({ requests }) => requests === this.asked.requests);
  }

  /** A step up waits for the units of the one before it, unless another target was given, or it took too long. */
  private checkPace({ from, to, atMs }: Send): void {
    const before = this.platform.sends.at(-1);
    if (to < from || this.asked.changesSince === 0 || before?.to !== from || before.to < before.from) return;
    const latestMs = before.atMs + this.scenario.settings.waitForActive.timeoutMs;
    if (atMs < Math.min(this.platform.readyAtMs(), latestMs))
      throw new Violation('a step did not wait for the units of the one before it');
  }

  note(line: () => string): void {
    this.story?.push(`${((this.nowMs - this.startedAtMs) / 1000).toFixed(3).padStart(9)} s  ${line()}`);
  }
}
