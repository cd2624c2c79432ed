/** Selects the fault for the next call: a queue of pending faults, and probabilities from a seeded generator. */
import type { z } from 'zod';
import { faultPlanSchema, type Fault } from './fault.js';

export interface IncomingCall {
  readonly kind: 'read' | 'change';
  readonly resource: string;
}

export class FaultPlan {
  #pending: { readonly fault: Fault; left: number }[] = [];
  #random = generator(1);

  /** Replaces the previous plan. */
  set(plan: z.input<typeof faultPlanSchema>): void {
    const { faults, seed } = faultPlanSchema.parse(plan);
    this.#random = generator(seed);
    this.#pending = faults.map((fault) => ({
      fault,
      left: fault.times ?? (fault.probability === undefined ? 1 : Infinity),
    }));
  }

  clear(): void {
    this.#pending = [];
  }

  /** The faults that are not used up, with the remaining number of times. */
  pending(): Fault[] {
    return this.#pending.map(({ fault, left }) => (Number.isFinite(left) ? { ...fault, times: left } : fault));
  }

  next(call: IncomingCall): Fault | undefined {
    const match = this.#pending.find(
      ({ fault }) => appliesTo(fault, call) && this.#random() < (fault.probability ?? 1),
    );
    if (match === undefined) return undefined;
    match.left -= 1;
    this.#pending = this.#pending.filter(({ left }) => left > 0);
    return match.fault;
  }
}

function appliesTo(fault: Fault, { kind, resource }: IncomingCall): boolean {
  const on = 'on' in fault ? fault.on : 'read';
  return (on === 'any' || on === kind) && (fault.resource === undefined || fault.resource === resource);
}

/** Numbers in [0, 1) that are the same for the same seed: mulberry32, which is in the public domain. */
export function generator(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
