/** A resource in a test: evaluated again and again, with its state carried as JSON as a heartbeat would carry it. */
import type { Evaluation, EvaluationInput, Reading } from '../../../src/domain/autoscale/evaluation.js';
import { evaluate } from '../../../src/domain/autoscale/evaluate.js';
import { autoscaleSettingsSchema } from '../../../src/domain/autoscale/settings.js';
import { compileAutoscale, type AutoscaleSpec } from '../../../src/domain/autoscale/spec.js';
import type { AutoscaleState } from '../../../src/domain/autoscale/state.js';
import type { ScaleSettings } from '../../../src/domain/scale/settings.js';
import type { z } from 'zod';

export type WrittenAutoscale = z.input<typeof autoscaleSettingsSchema>;

export const seconds = 1000;
export const minutes = 60 * seconds;

/** A Wednesday. */
export const start = Date.parse('2026-11-25T12:00:00Z');

export function limits(written: Partial<ScaleSettings> = {}): ScaleSettings {
  return {
    min: 0,
    max: 100,
    step: { up: null, down: null },
    cooldownMs: { up: 0, down: 0 },
    settleMs: 0,
    waitForActive: { timeoutMs: 900_000, intervalMs: 30_000 },
    requestTimeoutMs: 60_000,
    takesChanges: 'whenActive',
    dryRun: false,
    ...written,
  };
}

export function spec(written: WrittenAutoscale, scale: Partial<ScaleSettings> = {}): AutoscaleSpec {
  return compileAutoscale(autoscaleSettingsSchema.parse({ signals: ['load'], ...written }), limits(scale));
}

type Look = Partial<Omit<EvaluationInput, 'nowMs' | 'readings'>> & {
  readonly atMs?: number;
  /** The signal `load`: a number, or a failure. */
  readonly load?: number | string;
  readonly readings?: Readonly<Record<string, Reading>>;
};

export class WatchedResource {
  state: AutoscaleState | null = null;

  constructor(
    public spec: AutoscaleSpec,
    public capacity: number,
  ) {}

  look({ atMs = 0, load, readings, ...rest }: Look): Evaluation {
    const nowMs = start + atMs;
    const outcome = evaluate(this.spec, {
      nowMs,
      readings: readings ?? (load === undefined ? {} : { load: reading(load, nowMs) }),
      capacity: this.capacity,
      status: 'ACTIVE',
      run: null,
      lastChange: null,
      pause: null,
      override: null,
      refusal: null,
      state: this.state,
      ...rest,
    });
    this.state = JSON.parse(JSON.stringify(outcome.state)) as AutoscaleState;
    return outcome.evaluation;
  }

  /** Looks, and has the target at once. */
  follow(look: Look): number {
    this.capacity = this.look(look).target;
    return this.capacity;
  }
}

/** The capacity right after it: where a change is due at once, that one is made. */
export function capacityAfter({ next, atMs, capacity }: Evaluation): number {
  return next !== null && next.notBeforeMs <= atMs ? next.capacity : capacity;
}

function reading(load: number | string, nowMs: number): Reading {
  return typeof load === 'number' ? { value: load, atMs: nowMs } : { failure: load };
}
