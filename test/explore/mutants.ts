/** Mutants of the protocol, each with one broken rule. The explorer must find every one of them. */

export interface Mutant {
  readonly name: string;
  readonly file: string;
  /**
   * Code that must occur exactly once in the file, however it is laid out, so that a mutant cannot turn into none
   * unnoticed.
   */
  readonly find: string;
  readonly replace: string;
}

const run = 'workflows/scale/run.ts';
const ledger = 'workflows/scale/ledger.ts';
const requests = 'workflows/scale/requests.ts';
const change = 'activities/change.ts';
const look = 'activities/poll.ts';
const confirm = 'src/domain/scale/confirm.ts';
const step = 'src/domain/scale/step.ts';

export const mutants: readonly Mutant[] = [
  {
    name: 'sends again at once when the outcome is unknown',
    file: run,
    find: "      case 'accepted':\n      case 'unknown':\n",
    replace:
      "      case 'unknown':\n        this.ledger.rejected(order, result.reason, this.world.now());\n        return this.backOff(0);\n      case 'accepted':\n",
  },
  {
    name: 'believes a read whatever its date',
    file: look,
    find: 'observation = await platform.observe(world.stopped);',
    replace: 'observation = { ...(await platform.observe(world.stopped)), observedAtMs: world.now() };',
  },
  {
    name: 'believes the capacity it wants to see, though it was seen before the change',
    file: confirm,
    find: 'if (observedAtMs <= sent.sentAtMs) return undefined;',
    replace: '',
  },
  {
    name: 'does not wait until an unknown change has settled',
    file: confirm,
    find: 'observedAtMs >= sent.sentAtMs + settleMs',
    replace: 'observedAtMs >= sent.sentAtMs',
  },
  {
    name: 'takes every observation for new enough',
    file: ledger,
    find: 'return Math.max(changeShownFromMs, observed?.observedAtMs ?? 0);',
    replace: 'return Math.min(changeShownFromMs, 0);',
  },
  {
    name: 'does not look once more before it sends',
    file: change,
    find: 'if (seen.capacity !== order.from)',
    replace: 'if (seen.capacity < 0)',
  },
  {
    name: 'skips the cooldown when it is given another target',
    file: run,
    find: "await this.world.until(atMs, 'cooldown', () => this.mustReconsider);",
    replace:
      "await this.world.until(atMs, 'cooldown', () => this.mustReconsider);\n    if (this.mustReconsider) this.state.lastChange = null;",
  },
  {
    name: 'has no fence before the change',
    file: change,
    find: 'permit = await world.requestSendPermit();',
    replace: 'await world.requestSendPermit();\n    permit = { isValid: () => true };',
  },
  {
    name: 'sends though the server could not be asked',
    file: change,
    find: 'return notSent(`${sentence}: the server did not confirm in time that it still waits for it (${String(error)})`);',
    replace: 'permit = { isValid: () => true };',
  },
  {
    name: 'sends though the run was cancelled meanwhile',
    file: change,
    find: 'if (!permit) return notSent(`${sentence}: the server no longer waits for this change`);\n  if (world.stopped.aborted)',
    replace: 'permit ??= { isValid: () => true };\n  if (world.now() < 0)',
  },
  {
    name: 'returns without a last look at what has come',
    file: run,
    find: 'if (!this.mustReconsider) return ending;',
    replace: 'return ending;',
  },
  {
    name: 'waits for its own answers when it closes',
    file: run,
    find: 'await this.world.drained(() => this.mustReconsider || this.state.unresolved.length > 0);',
    replace: 'await this.world.drained(() => false);',
  },
  {
    name: 'closes before its last change has cooled down',
    file: run,
    find: "if (atMs > this.world.now()) await this.world.until(atMs, 'cooldown before closing', () => this.mustReconsider);",
    replace: '',
  },
  {
    name: 'goes on after a cancellation',
    file: run,
    find: "return { how: this.state.isCalledOff ? 'cancelled' : 'continued' };",
    replace: "return { how: 'continued' };",
  },
  {
    name: 'forgets a cancellation when it continues as new',
    file: run,
    find: "if (ending.how === 'continued' && !this.state.isCalledOff) return ending;",
    replace: "if (ending.how === 'continued') return ending;",
  },
  {
    name: 'counts the cooldown from the change before the last',
    file: ledger,
    find: 'this.state.lastChange = sentChange(',
    replace: 'this.state.lastChange ??= sentChange(',
  },
  {
    name: 'lets the cooldown of one direction go for the other',
    file: step,
    find: 'fromMs + settings.cooldownMs[direction]',
    replace: "fromMs + settings.cooldownMs[direction === 'up' ? 'down' : 'up']",
  },
  {
    name: 'forgets the last change up over one down',
    file: step,
    find: "direction === 'up' ? sentAtMs : (before?.upSentAtMs ?? null)",
    replace: "direction === 'up' ? sentAtMs : null",
  },
  {
    name: 'takes it that a run has cooled down both ways, where one down keeps it open for less',
    file: step,
    find: "upAfter === 'up' ? cooldownMs.down : Math.max(cooldownMs.up, cooldownMs.down)",
    replace: 'Math.max(cooldownMs.up, cooldownMs.down)',
  },
  {
    name: 'trusts a look of a new run that the change of the last one may be missing in',
    file: ledger,
    find: 'startedAtMs - Math.max(0, leastCooldownMs(settings) - settings.settleMs)',
    replace: 'startedAtMs - 3_600_000',
  },
  {
    name: 'takes an observation that a change may be missing in after it was not confirmed',
    file: ledger,
    find: '(lastChange.confirmed ? 0 : settings.settleMs)',
    replace: '0',
  },
  {
    name: 'begins to settle when the request was sent, not when it timed out',
    file: change,
    find: "outcome.outcome === 'accepted' ? askedAtMs : world.now()",
    replace: 'askedAtMs',
  },
  {
    name: 'starts every request for more or less from the present target',
    file: requests,
    find: 'if (state.unresolved.length === 0) {',
    replace: 'if (state.unresolved.length >= 0) {',
  },
  {
    name: 'applies a request twice that comes again',
    file: requests,
    find: 'if (answerTo(state, request.id) || state.unresolved.some(({ id }) => id !== undefined && id === request.id))',
    replace: 'if (request.id === undefined)',
  },
  {
    name: 'forgets an attempt to set a size that was not answered',
    file: run,
    find: "      case 'accepted':\n      case 'unknown':\n",
    replace:
      "      case 'unknown':\n        if (takesChangesAtAnyTime(this.state.settings)) {\n          this.ledger.notSent(result.reason);\n          return this.backOff(0);\n        }\n      case 'accepted':\n",
  },
  {
    name: 'waits until all units are ready before it sets a size',
    file: look,
    find: 'return !awaitReady || capacity !== awaitReady.capacity || nowMs >= awaitReady.untilMs;',
    replace: 'return false;',
  },
  {
    name: 'does not wait for the units of the step before',
    file: run,
    find: "if (awaitReady?.capacity !== from) return { are: 'ready' };",
    replace: "if (from >= 0) return { are: 'ready' };",
  },
  {
    name: 'scales in while it scales out, because another writer set more',
    file: run,
    find: 'to > from || raisedTo !== from',
    replace: 'to >= 0',
  },
  {
    name: 'takes a size that the platform works on for one that another writer has replaced',
    file: confirm,
    find: "takesChanges === 'shownAtOnce'",
    replace: "takesChanges !== 'whenActive'",
  },
  {
    name: 'does not notice that its own change did the opposite',
    file: ledger,
    find: 'movedWrongWay(order, capacity, settings) ? misdirected + 1 : 0',
    replace: '0',
  },
  {
    name: 'goes on after a relative change that did the exact opposite',
    file: run,
    find: '(isMirrored || isOutside)',
    replace: 'isOutside',
  },
  {
    name: 'fails because a single change of a size did the opposite',
    file: run,
    find: 'misdirected < mostMisdirectedChanges',
    replace: 'misdirected < 1',
  },
  {
    name: 'adds up changes that did the opposite, with others in between that did what they should',
    file: ledger,
    find: 'this.state.misdirected = 0;',
    replace: '',
  },
  {
    name: 'forgets a change that did the opposite when the next one is lost',
    file: ledger,
    find: 'if (capacity === from) {',
    replace: 'if (capacity === from) {\n      this.state.misdirected = 0;',
  },
  {
    name: 'blames a change without an effect for the capacity that an earlier one led to',
    file: run,
    find: 'if (misdirected === 0 || capacity === from) return undefined;',
    replace: 'if (misdirected === 0) return undefined;',
  },
  {
    name: 'takes its own change in, which did the opposite, for the size that another writer wants to keep',
    file: ledger,
    find: "if (directionOf(from, to) === 'up') this.noteRaise(to, capacity);",
    replace: 'this.noteRaise(to, capacity);',
  },
  {
    name: 'takes what another writer set before the newest request for a writer who has overtaken it',
    file: ledger,
    find: 'if (this.state.raisedTo !== undefined) this.noteRaise',
    replace: 'this.noteRaise',
  },
  {
    name: 'scales past the target by whole steps',
    file: step,
    find: 'Math.min(goal, from + step)',
    replace: 'from + (Number.isFinite(step) ? step : goal - from)',
  },
];
