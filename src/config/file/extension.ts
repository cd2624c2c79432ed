/** Checks what a module exports. Its author may write JavaScript, where no compiler does. */
import { z } from 'zod';
import { customPolicy } from '../../domain/policies/custom.js';
import type { Problem } from '../../domain/written/problem.js';
import type { Extension } from '../../extend/index.js';
import { formatPath } from './path.js';

const callable = z.custom((value) => typeof value === 'function', 'must be a function');

const common = {
  type: z.string().regex(/^[a-z][a-z0-9-]{0,62}$/, 'must be lower-case letters, digits and "-"'),
  summary: z.string().min(1),
  settings: z.custom(
    (value) => value instanceof z.ZodObject,
    "must be a z.object of zod 4: import { z } from 'escapement/extend'",
  ),
};

const extension = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('platform'),
    definition: z.object({
      ...common,
      takesChanges: z.enum(['whenActive', 'anyTime', 'shownAtOnce']),
      target: callable.optional(),
      create: callable,
    }),
  }),
  z.object({ kind: z.literal('source'), definition: z.object({ ...common, create: callable }) }),
  z.object({
    kind: z.literal('policy'),
    definition: z.object({ ...common, isRelative: z.boolean().optional(), evaluate: callable }),
  }),
]);

/** @returns why it is no platform, source or policy; undefined if it is one. */
export function checkExtension(exported: unknown): Problem | undefined {
  const { error } = extension.safeParse(exported);
  if (!error) return jsonProblem(exported as Extension);
  const issue = error.issues[0];
  if (!issue || issue.path[0] !== 'definition') {
    const fix = 'write export default definePlatform({ ... }), defineSource or definePolicy, or a list of them';
    return { problem: 'exports no platform, source or policy as its default', fix };
  }
  return {
    problem: `defines an invalid ${(exported as Extension).kind}: ${formatPath(issue.path.slice(1))}: ${issue.message}`,
  };
}

/** The JSON Schema is made of the settings; and a watch carries those of a policy as JSON. */
function jsonProblem(exported: Extension): Problem | undefined {
  const { kind, definition } = exported;
  try {
    if (exported.kind === 'policy') z.toJSONSchema(customPolicy(exported.definition).schema);
    else z.toJSONSchema(definition.settings, { io: 'input' });
    return undefined;
  } catch (error) {
    const words = error instanceof Error ? error.message : String(error);
    const fix = 'use only text, numbers, true or false, lists and mappings';
    return { problem: `defines the ${kind} ${definition.type}, whose settings are not plain JSON: ${words}`, fix };
  }
}
