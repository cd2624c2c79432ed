/** The units of a test: nothing is under way, and all of them are ready. */
import type { Units } from '../../../src/domain/policies/policy.js';

export function atRest(capacity: number): Units {
  return { capacity, asked: capacity, isAskedByOthers: false, loaded: capacity };
}
