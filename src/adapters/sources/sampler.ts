/** Common to all sources: the timeout, the validation of values, readable error messages, and no secrets in them. */
import { connectionFailureOf, firstMessageOf } from '../net/connection-errors.js';
import { withDeadline } from '../net/deadline.js';
import { AdapterError, type ErrorCode, meanings, withAdvice } from '../net/errors.js';
import { withoutSecrets } from '../net/secrets.js';
import { noData } from './empty-as.js';
import type { Sample, Source, SourceContext } from './source.js';

/** The part of a source that is specific to it: which server is read, and how. */
export interface Look {
  /** Name of the server, without credentials: "Redis at redis://queue:6379". Messages begin with it. */
  readonly server: string;
  /** Values that no message may contain. */
  readonly secrets: readonly (string | undefined)[];
  /** The setting emptyAs: the value that replaces "no data", or `noData` if 0 counts as no data. */
  readonly emptyAs?: number | typeof noData | undefined;
  /**
   * May throw any error of its client. The message of an AdapterError says what happened and what to do, without the
   * names of the signal and the server. `atMs` is set if the server reports when the value was measured.
   */
  look(signal: AbortSignal): Promise<Seen>;
  /** As in a source. */
  onPush?(listener: () => void): () => void;
  close?(): Promise<void>;
}

interface Seen extends Pick<Sample, 'value' | 'isDated' | 'note' | 'mostUnits' | 'pods' | 'series'> {
  readonly atMs?: number;
}

/** Makes a source of a look. */
export function makeSampler(context: SourceContext, look: Look): Source {
  return {
    sample: (signal) => sampleOnce(context, look, signal),
    ...(look.onPush && { onPush: look.onPush.bind(look) }),
    close: async () => {
      await look.close?.();
    },
  };
}

async function sampleOnce(context: SourceContext, look: Look, signal: AbortSignal): Promise<Sample> {
  const sample = await sampleOrEmpty(context, look, signal);
  if (sample.value !== 0 || look.emptyAs !== noData) return sample;
  throw errorOfSignal(context, look, {
    code: 'noData',
    text: 'the value is 0, which is no data with emptyAs: noData.',
  });
}

async function sampleOrEmpty(context: SourceContext, look: Look, signal: AbortSignal): Promise<Sample> {
  try {
    const seen = await withDeadline({ name: 'the request', signal, timeoutMs: context.timeoutMs }, (until) =>
      look.look(until),
    );
    requireLoad(seen.value);
    return { ...seen, atMs: seen.atMs ?? Date.now() };
  } catch (error) {
    const reason = reasonOf(error);
    if (reason.code !== 'noData') throw errorOfSignal(context, look, reason);
    if (typeof look.emptyAs === 'number') return { value: look.emptyAs, atMs: Date.now() };
    if (look.emptyAs === noData) throw errorOfSignal(context, look, reason);
    throw errorOfSignal(context, look, { ...reason, text: `${reason.text} ${emptyAsAdvice}` }, emptyHint);
  }
}

const emptyAsAdvice = 'With emptyAs: 0 this counts as 0 and capacity may go down; without it, scaling in is blocked.';
const emptyHint = 'with emptyAs: 0 it would count as 0';

interface Reason {
  readonly code: ErrorCode;
  readonly text: string;
}

/**
 * The reason of anything thrown. The original is not kept as a cause: it may hold requests with credentials in them.
 */
export function reasonOf(thrown: unknown): Reason {
  if (thrown instanceof AdapterError) {
    const { code, message } = thrown;
    return { code, text: code === 'timeout' || code === 'stopped' ? withAdvice(thrown, timeoutAdvice) : message };
  }
  const text = `${firstMessageOf(thrown)}. Look for the reason in its log.`;
  return connectionFailureOf(thrown) ?? { code: 'failed', text };
}

/** Advice for errors whose message says only what happened. */
const timeoutAdvice = { timeout: 'Check that the server responds, or raise timeout.' };

function requireLoad(value: number): void {
  if (Number.isNaN(value)) throw new AdapterError('noData', 'the value is NaN.');
  if (!Number.isFinite(value)) throw new AdapterError('malformed', 'the value is infinite or not a number.');
  if (value < 0)
    throw new AdapterError(
      'malformed',
      'the value is negative. A load is never negative: check the query and the path.',
    );
}

function errorOfSignal(context: SourceContext, look: Look, reason: Reason, hint?: string): AdapterError {
  const message = `signal "${context.signal}", ${look.server}: ${reason.text}`;
  return new AdapterError(meanings[reason.code].read, withoutSecrets(message, look.secrets), { hint });
}
