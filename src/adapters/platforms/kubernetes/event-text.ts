/** What an event says about a change. */
import type { CapacityChange, ChangeOutcome } from '../../../domain/scale/capacity.js';

export interface EventText {
  readonly type: 'Normal' | 'Warning';
  readonly reason: 'ScaledUp' | 'ScaledDown' | 'ScaleRefused' | 'ScaleOutcomeUnknown';
  readonly note: string;
  /** Events with the same key are repetitions. Undefined for a change that was made: each one has an event of its own. */
  readonly repeatKey?: string;
}

/**
 * Undefined if there is nothing to report. A change that may succeed when it is decided again has no event: another
 * writer was faster, the API server was busy, or nothing was sent.
 */
export function eventText({ from, to, idempotencyKey }: CapacityChange, outcome: ChangeOutcome): EventText | undefined {
  const sizes = `from ${from} to ${to}`;
  switch (outcome.outcome) {
    case 'accepted': {
      const note = noteOf(`Escapement scaled ${sizes} (change ${idempotencyKey})`);
      return { type: 'Normal', reason: to > from ? 'ScaledUp' : 'ScaledDown', note };
    }
    case 'rejected': {
      if (!outcome.final) return undefined;
      const note = noteOf(`Escapement could not scale ${sizes}: ${outcome.reason}`);
      return { type: 'Warning', reason: 'ScaleRefused', note, repeatKey: `refused ${sizes}` };
    }
    case 'unknown': {
      const note = noteOf(
        `Escapement sent a change ${sizes}, and its outcome is not known (change ${idempotencyKey}): ${outcome.reason}`,
      );
      return { type: 'Warning', reason: 'ScaleOutcomeUnknown', note, repeatKey: `unknown ${sizes}` };
    }
  }
}

/** The limit of the API server for a note. */
const mostNoteBytes = 1024;

function noteOf(text: string): string {
  const bytes = Buffer.from(text);
  if (bytes.length <= mostNoteBytes) return text;
  // A character that is cut in half becomes a replacement character, which is removed.
  const cut = bytes.subarray(0, mostNoteBytes - 3).toString('utf8');
  return `${cut.replace(/\uFFFD+$/, '')}...`;
}
