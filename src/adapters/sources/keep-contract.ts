/** What every source promises, kept in one place: the time-out, values that make sense, errors for people, no secrets. */
import { Deadline } from '../net/deadline.js';
import { noData } from './empty-as.js';
import { reasonOf, type Reason } from './failure-reason.js';
import { SourceError, type Sample, type Source, type SourceContext } from './source.js';

/** The part of a source that differs from the others: where it looks, and how. */
export interface Look {
  /** What is looked at, without credentials: "Redis at redis://queue:6379". Messages begin with it. */
  readonly server: string;
  /** Values that no message may contain. */
  readonly secrets: readonly (string | undefined)[];
  /** The value that stands for "no data", where the person who wrote the settings chose one; or that 0 is no data. */
  readonly emptyAs?: number | typeof noData | undefined;
  /**
   * May throw whatever its client throws; a SourceError's message says what happened and what to do, without naming
   * the signal and the server. `atMs` is for servers that tell when the value was true.
   */
  look(signal: AbortSignal): Promise<Seen>;
  close?(): Promise<void>;
}

interface Seen extends Pick<Sample, 'value' | 'isDated' | 'note' | 'mostUnits'> {
  readonly atMs?: number;
}

/** Makes a source of a look. */
export function keepContract(context: SourceContext, look: Look): Source {
  return {
    sample: (signal) => sampleOnce(context, look, signal),
    close: async () => {
      await look.close?.();
    },
  };
}

async function sampleOnce(context: SourceContext, look: Look, signal: AbortSignal): Promise<Sample> {
  const sample = await sampleOrEmpty(context, look, signal);
  if (sample.value !== 0 || look.emptyAs !== noData) return sample;
  throw sayWhere(context, look, { code: 'noData', text: 'the value is 0, which emptyAs: noData takes for no data.' });
}

async function sampleOrEmpty(context: SourceContext, look: Look, signal: AbortSignal): Promise<Sample> {
  try {
    const seen = await withinTime(context.timeoutMs, signal, (until) => look.look(until));
    refuseNonsense(seen.value);
    return { ...seen, atMs: seen.atMs ?? Date.now() };
  } catch (error) {
    const reason = reasonOf(error);
    if (reason.code !== 'noData') throw sayWhere(context, look, reason);
    if (typeof look.emptyAs === 'number') return { value: look.emptyAs, atMs: Date.now() };
    if (look.emptyAs === noData) throw sayWhere(context, look, reason);
    throw sayWhere(context, look, { ...reason, text: `${reason.text} ${ofEmptyAs}` }, emptyHint);
  }
}

const ofEmptyAs = 'With emptyAs: 0 this counts as 0 and capacity may go down; without it, scaling in is blocked.';
const emptyHint = 'emptyAs: 0 would take that for 0';

/** Settles when the time is over even if `work` never does. */
async function withinTime<Result>(
  timeoutMs: number,
  signal: AbortSignal,
  work: (signal: AbortSignal) => Promise<Result>,
): Promise<Result> {
  const deadline = new Deadline(timeoutMs, signal);
  try {
    return await orAborted(deadline.signal, () => work(deadline.signal));
  } catch (error) {
    if (deadline.isOver) {
      const advice = 'Check that it answers at all, and whether the time-out is too short for it.';
      throw new SourceError('timeout', `no answer within ${timeoutMs} ms. ${advice}`);
    }
    if (signal.aborted) throw new SourceError('failed', 'it was stopped before an answer came.');
    throw error;
  } finally {
    deadline.clear();
  }
}

/** Rejects with the signal's reason as soon as it is aborted, whatever `work` does meanwhile. */
export async function orAborted<Result>(signal: AbortSignal, work: () => Promise<Result>): Promise<Result> {
  signal.throwIfAborted();
  let rejectAborted = () => {};
  const aborted = new Promise<never>((_, reject) => {
    rejectAborted = () => reject(signal.reason as Error);
    signal.addEventListener('abort', rejectAborted, { once: true });
  });
  try {
    return await Promise.race([work(), aborted]);
  } catch (error) {
    // A client that obeys the signal may be quicker with an AbortError of its own, which says less than our reason.
    if (signal.aborted) throw signal.reason;
    throw error;
  } finally {
    signal.removeEventListener('abort', rejectAborted);
  }
}

function refuseNonsense(value: number): void {
  if (Number.isNaN(value)) throw new SourceError('noData', 'the value is NaN, which is no number to scale by.');
  if (!Number.isFinite(value))
    throw new SourceError('malformed', 'the value is infinite, or no number at all: nothing to scale by.');
  if (value < 0)
    throw new SourceError('malformed', 'the value is below zero. A load is never negative: check what is asked.');
}

function sayWhere(context: SourceContext, look: Look, reason: Reason, hint?: string): SourceError {
  const message = `signal "${context.signal}", ${look.server}: ${reason.text}`;
  return new SourceError(reason.code, withoutSecrets(message, look.secrets), hint);
}

/** Servers and client libraries like to repeat what they were sent, also in the encodings of URLs and basic authentication. */
function withoutSecrets(message: string, secrets: readonly (string | undefined)[]): string {
  const shapes = secrets
    .filter((secret) => secret !== undefined)
    .flatMap((secret) => [secret, encodeURIComponent(secret), Buffer.from(secret).toString('base64')])
    // Shorter ones would blank out innocent text, and are no secrets.
    .filter((shape) => shape.length >= 4)
    .sort((one, other) => other.length - one.length);
  return shapes.reduce((text, shape) => text.replaceAll(shape, '[secret]'), message);
}
