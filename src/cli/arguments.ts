/** Arguments and options that several commands share. */
import { InvalidArgumentError } from 'commander';
import { parseDuration } from '../domain/written/duration.js';

/** `2h` -> milliseconds. */
export function duration(text: string): number {
  const durationMs = parseDuration(text);
  if (durationMs === undefined || durationMs === 0) {
    throw new InvalidArgumentError('It is not a duration. Write 90s, 30m or 2h, for example.');
  }
  return durationMs;
}

export function wholeNumber(text: string): number {
  if (!/^\d+$/.test(text)) throw new InvalidArgumentError('It must be a whole number, 0 or more.');
  return Number(text);
}

export function count(text: string): number {
  if (!/^[1-9]\d*$/.test(text)) throw new InvalidArgumentError('It must be a whole number, 1 or more.');
  return Number(text);
}

export function instant(text: string): Date {
  const at = new Date(text);
  if (Number.isNaN(at.getTime())) throw new InvalidArgumentError('It is not a time. Write 2026-01-31T18:00:00Z.');
  return at;
}

/** When a pause or an override ends. */
export interface EndOptions {
  readonly for?: number;
  readonly until?: Date;
}

export function endOf({ for: durationMs, until }: EndOptions): Date | undefined {
  return durationMs === undefined ? until : new Date(Date.now() + durationMs);
}
