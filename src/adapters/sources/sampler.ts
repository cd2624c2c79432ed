/** What every source promises, kept in one place: the timeout, values that make sense, errors for people, no secrets. */
import { connectionFailureOf, firstMessageOf } from '../net/connection-errors.js';
import { withDeadline } from '../net/deadline.js';
import { AdapterError, type ErrorCode, meanings, withAdvice } from '../net/errors.js';
import { noData } from './empty-as.js';
import type { Sample, Source, SourceContext } from './source.js';

/** The part of a source that differs from the others: where it looks, and how. */
export interface Look {
  /** What is looked at, without credentials: "Redis at redis://queue:6379". Messages begin with it. */
  readonly server: string;
  /** Values that no message may contain. */
  readonly secrets: readonly (string | undefined)[];
  /** The value that stands for "no data", where the person who wrote the settings chose one; or that 0 is no data. */
  readonly emptyAs?: number | typeof noData | undefined;
  /**
   * May throw whatever its client throws; an AdapterError's message says what happened and what to do, without naming
   * the signal and the server. `atMs` is for servers that tell when the value was true.
   */
  look(signal: AbortSignal): Promise<Seen>;
  close?(): Promise<void>;
}

interface Seen extends Pick<Sample, 'value' | 'isDated' | 'note' | 'mostUnits'> {
  readonly atMs?: number;
}

/** Makes a source of a look. */
export function makeSampler(context: SourceContext, look: Look): Source {
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
    const seen = await withDeadline({ name: 'the request', signal, timeoutMs: context.timeoutMs }, (until) =>
      look.look(until),
    );
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

interface Reason {
  readonly code: ErrorCode;
  readonly text: string;
}

/** The reason of anything thrown. The original is not kept as a cause: it may hold requests with credentials in them. */
function reasonOf(thrown: unknown): Reason {
  if (thrown instanceof AdapterError) {
    const { code, message } = thrown;
    return { code, text: code === 'timeout' || code === 'stopped' ? withAdvice(thrown, ofTime) : message };
  }
  const text = `${firstMessageOf(thrown)}. Look at its log for the reason.`;
  return connectionFailureOf(thrown) ?? { code: 'failed', text };
}

/** Beside the messages that say only what happened. */
const ofTime = { timeout: 'Check that it answers at all, and whether the timeout is too short for it.' };

function refuseNonsense(value: number): void {
  if (Number.isNaN(value)) throw new AdapterError('noData', 'the value is NaN, which is no number to scale by.');
  if (!Number.isFinite(value))
    throw new AdapterError('malformed', 'the value is infinite, or no number at all: nothing to scale by.');
  if (value < 0)
    throw new AdapterError('malformed', 'the value is below zero. A load is never negative: check what is asked.');
}

function sayWhere(context: SourceContext, look: Look, reason: Reason, hint?: string): AdapterError {
  const message = `signal "${context.signal}", ${look.server}: ${reason.text}`;
  return new AdapterError(meanings[reason.code].read, withoutSecrets(message, look.secrets), { hint });
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
