/** The units of a test: no run is in progress, and all units are ready. */
import type { Units } from '../../../src/domain/policies/policy.js';

export function atRest(capacity: number): Units {
  return { capacity, asked: capacity, isAskedByOthers: false, loaded: capacity };
}
