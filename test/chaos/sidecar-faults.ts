/** The faults of the sidecar in a wave: every type of fault, each with a low probability. */
import type { z } from 'zod';
import type { faultPlanSchema, faultSchema } from '../../src/simulator/fault.js';
import type { RunPlan } from './run-plan.js';

const onChange = { on: 'change' } as const;
const onRead = { on: 'read' } as const;
const atOnce = { appliesAfterMs: 0 } as const;

const common: z.input<typeof faultSchema>[] = [
  { type: 'drop', ...onChange, ...atOnce, probability: 0.06 },
  { type: 'drop', ...onChange, probability: 0.05 },
  { type: 'drop', ...onChange, appliesAfterMs: 1500, probability: 0.05 },
  { type: 'hang', ...onChange, ...atOnce, probability: 0.04 },
  { type: 'cutOff', ...onChange, ...atOnce, probability: 0.04 },
  { type: 'reject', ...onChange, status: 500, ...atOnce, probability: 0.04 },
  { type: 'reject', ...onChange, status: 503, probability: 0.03 },
  { type: 'reject', ...onChange, status: 429, probability: 0.05 },
  { type: 'slow', ...onChange, delayMs: 1000, probability: 0.05 },
  { type: 'staleReading', ageMs: 3000, probability: 0.06 },
  { type: 'staleTimestamp', ageMs: 3000, probability: 0.04 },
  { type: 'status', status: 'UNKNOWN', probability: 0.02 },
  { type: 'reject', ...onRead, status: 500, probability: 0.04 },
  { type: 'malformed', ...onRead, body: 'notJson', probability: 0.02 },
  { type: 'drop', ...onRead, probability: 0.03 },
  { type: 'hang', ...onRead, probability: 0.01 },
];

export function faultsOf(plans: readonly RunPlan[], seed: number): z.input<typeof faultPlanSchema> {
  return { faults: [...plans.flatMap(({ faults }) => faults), ...common], seed };
}
