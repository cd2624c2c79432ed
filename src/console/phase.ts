/** One shape and one sentence for each phase: never a colour alone. */
import type { ResourceRow } from './api/answers.js';
import { countdown, shortMoment } from './clock.js';
import type { Shape } from './parts/icon.js';

export interface Doing {
  readonly shape: Shape;
  readonly text: string;
  /** `moving`: something changes now. `bad`: it has failed. `needy`: it needs a person. */
  readonly tone: 'calm' | 'moving' | 'needy' | 'bad';
}

/** What the resource does now, with what is counted down. */
export function doingOf(row: ResourceRow, nowMs: number): Doing {
  if (row.override)
    return {
      shape: 'override',
      text: `kept at ${row.override.capacity}${untilText(row.override.until)}`,
      tone: 'calm',
    };
  if (row.pause)
    return {
      shape: 'paused',
      text: `paused${directions[row.pause.direction]}${untilText(row.pause.until)}`,
      tone: 'calm',
    };
  return phaseOf(row, nowMs);
}

const directions = { both: '', up: ' for scaling out', down: ' for scaling in' } as const;

export function untilText(until: string | null): string {
  return until === null ? '' : ` until ${shortMoment(Date.parse(until))}`;
}

function phaseOf(row: ResourceRow, nowMs: number): Doing {
  const { phase } = row;
  const wait = waitMsOf(row, nowMs);
  switch (phase) {
    case 'idle':
      return { shape: 'idle', text: row.isAutoscaled ? 'no change yet' : 'no run yet', tone: 'calm' };
    case 'observing':
      return { shape: 'observing', text: 'reading the capacity', tone: 'moving' };
    case 'changing':
      return { shape: isOut(row) ? 'up' : 'down', text: isOut(row) ? 'scaling out' : 'scaling in', tone: 'moving' };
    case 'coolingDown':
      return {
        shape: 'coolingDown',
        text: wait === null ? 'cooling down' : `next step in ${countdown(wait)}`,
        tone: 'moving',
      };
    case 'backingOff':
      return { shape: 'backingOff', text: 'refused; will retry', tone: 'needy' };
    case 'settled':
      return { shape: 'settled', text: 'at its target', tone: 'calm' };
    case 'cancelled':
      return { shape: 'cancelled', text: 'cancelled', tone: 'calm' };
    case 'failed':
      return { shape: 'failed', text: 'failed', tone: 'bad' };
    case 'unattended':
      return { shape: 'unattended', text: 'no worker answers', tone: 'needy' };
  }
}

function isOut({ target, capacity, observed }: ResourceRow): boolean {
  return (target ?? 0) >= (capacity ?? observed?.capacity ?? 0);
}

/** Until the next change in the direction of the target may be made; null: now, or not known. */
function waitMsOf(row: ResourceRow, nowMs: number): number | null {
  const until = isOut(row) ? row.cooldownUntil.up : row.cooldownUntil.down;
  if (until === null) return null;
  const waitMs = Date.parse(until) - nowMs;
  return waitMs > 0 ? waitMs : null;
}

/** A run is open and still goes to its target, so that it can be cancelled. */
export function isMoving({ phase }: ResourceRow): boolean {
  return (
    phase === 'observing' ||
    phase === 'changing' ||
    phase === 'coolingDown' ||
    phase === 'backingOff' ||
    phase === 'unattended'
  );
}
