/** The resources of a plan in the configuration. Every target is checked before anything starts. */
import type { Config } from '../../config/config.js';
import type { PlanMember, PlannedStep } from '../../domain/plan/plan.js';
import { outOfBounds } from '../../domain/scale/request.js';
import { asTarget, resourceNamed } from '../find-resource.js';
import { type ErrorPlace, Problem } from '../http/problem.js';
import { pointerTo } from '../http/request.js';

/** @throws Problem that names every field with an unknown resource or a target outside the bounds. */
export function membersOf(
  steps: readonly PlannedStep[],
  resources: Config['resources'],
): [PlanMember, ...PlanMember[]] {
  const members = new Map<string, PlanMember>();
  const unknown: ErrorPlace[] = [];
  const outside: ErrorPlace[] = [];
  for (const [number, step] of steps.entries()) {
    for (const [index, { resource, target }] of step.entries()) {
      const path = ['steps', number, ...(step.length > 1 ? ['together', index] : [])];
      try {
        const found = resourceNamed(resources, resource);
        members.set(resource, asTarget(found));
        const wrong = outOfBounds(target, found.settings);
        if (wrong !== undefined)
          outside.push({ pointer: pointerTo([...path, 'target']), detail: `${resource}: ${wrong}` });
      } catch (error) {
        if (!(error instanceof Problem)) throw error;
        unknown.push({ pointer: pointerTo([...path, 'resource']), detail: error.detail });
      }
    }
  }
  const errors = [...unknown, ...outside];
  const [first, ...others] = members.values();
  if (errors.length === 0 && first) return [first, ...others];
  const type = unknown.length > 0 ? 'unknown-resource' : 'out-of-bounds';
  const detail = errors.map((error) => `${error.pointer}: ${error.detail}`).join('; ');
  throw new Problem(type, `The plan was not started. ${detail}`, { errors });
}
