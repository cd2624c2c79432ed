/**
 * The need that different settings are measured by: what one configuration asks for, given the signals and the units
 * that exist. The recommendation of each configuration is no measure, because a target that is twice as high recommends
 * half as many units and finds them sufficient.
 */
import { evaluate } from '../domain/autoscale/evaluate.js';
import type { Reading } from '../domain/autoscale/evaluation.js';
import { type AutoscaleSpec, compileAutoscale } from '../domain/autoscale/spec.js';
import type { AutoscaleState } from '../domain/autoscale/state.js';

export class Need {
  private readonly spec: AutoscaleSpec;
  private state: AutoscaleState | null = null;

  /** @param spec whose policies, bounds and tolerance apply, without the limits of `behavior` on the pace. */
  constructor({ settings, limits }: AutoscaleSpec) {
    this.spec = compileAutoscale({ ...settings, behavior: toleranceOf(settings.behavior) }, limits);
  }

  /**
   * The units that are needed, within `min` and `max`, where these are more than `existing`. Otherwise 0: units that a
   * policy only keeps, as `scaleInBelow` does, are not needed.
   * @param existing the units that are ready. The policies see them as the capacity that was requested.
   */
  at(nowMs: number, readings: Readonly<Record<string, Reading>>, existing: number): number {
    const { evaluation, state } = evaluate(this.spec, {
      nowMs,
      readings,
      capacity: existing,
      ready: existing,
      status: 'ACTIVE',
      run: null,
      lastChange: null,
      pause: null,
      override: null,
      refusal: null,
      state: this.state,
    });
    this.state = state;
    return evaluation.target > existing ? evaluation.target : 0;
  }
}

type Behavior = AutoscaleSpec['settings']['behavior'];

function toleranceOf({ scaleUp, scaleDown }: Behavior): Behavior {
  return {
    ...(scaleUp?.tolerance !== undefined && { scaleUp: { tolerance: scaleUp.tolerance } }),
    ...(scaleDown?.tolerance !== undefined && { scaleDown: { tolerance: scaleDown.tolerance } }),
  };
}
