/**
 * The only definition of the fields of `escapement.yaml`, their meaning and their defaults. Errors, the JSON Schema and
 * the reference page are generated from this definition.
 */
import { z } from 'zod';
import { isOwner } from '../../domain/autoscale/revision.js';
import { platforms } from '../../adapters/platforms/registry.js';
import { canLeaveZero } from '../../domain/autoscale/from-zero.js';
import { autoscaleSchema } from './autoscale.js';
import { adapterMapping, adapterType } from './adapter.js';
import { duration, positiveDuration } from '../../domain/written/duration.js';
import { withFix } from '../../domain/written/issue.js';

const nameOfOneWord = 'write 1 to 63 letters, digits, ".", "_" or "-", beginning with a letter or a digit';

/** The valid names of a resource. The name becomes part of workflow IDs and URLs. */
export const aliasSchema = z.string().regex(/^[a-zA-Z0-9][a-zA-Z0-9._-]{0,62}$/, {
  error: withFix('is not a name for a resource', nameOfOneWord),
});

/** The owner of the autoscalers that a configuration names. */
export const ownerSchema = z.string().refine(isOwner, {
  error: withFix('is not a name for an owner', nameOfOneWord),
});

const units = z.int().min(0);

const stepSize = z.union([z.int().min(1), z.literal('all').transform(() => null)]);

const step = z
  .union([
    stepSize,
    z.strictObject({
      up: stepSize.exactOptional().describe('Most units added by one change.'),
      down: stepSize.exactOptional().describe('Most units removed by one change.'),
    }),
  ])
  .transform((written) => (isBothWays(written) ? { up: written, down: written } : written));

const cooldown = z
  .union([
    duration,
    z.strictObject({
      up: duration.exactOptional().describe('Least time from the last change, either way, to one that adds.'),
      upAfter: z
        .enum(['change', 'up'])
        .default('change')
        .describe(
          'What `up` counts from: the last change either way, or, with `up`, the last one that added; removing units then never holds back adding some.',
        ),
      down: duration.exactOptional().describe('Least time from the last change, either way, to one that removes.'),
    }),
  ])
  .transform((written) =>
    typeof written === 'number' ? { up: written, upAfter: 'change' as const, down: written } : written,
  );

const waitForActive = z.strictObject({
  timeout: positiveDuration
    .prefault('15m')
    .describe(
      'How long a resource may take to become active before the run fails; where a size is taken at any time, how long the next step up waits for ready units.',
    ),
  interval: positiveDuration
    .prefault('30s')
    .describe(
      'Longest time between two reads while they fail. While they are answered it is 2 s, so that readiness is noticed soon.',
    ),
});

const platformDefinitions = Object.values(platforms);

const platform = z.union([
  adapterType(platformDefinitions).transform((type) => ({ type, settings: {} })),
  adapterMapping(platformDefinitions),
]);

const relativePlatforms = '`omnistrate`, and `generic-http` with `add` and `remove`';

const resourceFields = z.strictObject({
  platform: platform.describe(
    'Where the resource lives: a type alone, or `{ type: ... }` with the settings of that platform.',
  ),
  min: units.describe(
    'Least capacity: nothing ever goes below it because of Escapement. May be left to the `preset` of a policy.',
  ),
  max: units.describe(
    'Most capacity: nothing ever goes above it because of Escapement. May be left to the `preset` of a policy.',
  ),
  step: step
    .optional()
    .describe(
      `Most units that one change may move, both ways or by direction; \`all\`: the whole way at once. Default: \`all\` where the platform takes a size, \`1\` where it takes units to add or remove (${relativePlatforms}).`,
    ),
  cooldown: cooldown
    .optional()
    .describe(
      `Least time from the last change, either way, to the next one, both ways or by the direction of the next one. Default: \`{ up: 0s, down: 5m }\` where the platform takes a size, \`5m\` both ways where it takes units to add or remove (${relativePlatforms}).`,
    ),
  settle: duration
    .prefault('30s')
    .describe('Least time after a change of unknown outcome before the capacity that is seen is believed.'),
  waitForActive: waitForActive.prefault({}).describe('How a resource that is not active yet is waited for.'),
  requestTimeout: positiveDuration
    .prefault('60s')
    .describe('How long the platform may take to answer one request in full.'),
  taskQueue: z
    .string()
    .min(1)
    .default('escapement')
    .describe('The Temporal task queue of the site: a worker beside each sidecar serves its own.'),
  dryRun: z.boolean().default(false).describe('Walk the whole way without sending a change.'),
  autoscale: autoscaleSchema.optional().describe('Scale by itself: what to watch, and what to make of it.'),
});

/**
 * A resource whose missing fields come from `defaults`. Contradictions between fields are reported in addition to all
 * other problems.
 */
export const resourceSchema = resourceFields
  .refine(({ min, max }) => min <= max, {
    path: ['min'],
    error: withFix('is above max', 'swap the two, or correct one'),
    when: ({ value }) => z.object({ min: units, max: units }).safeParse(value).success,
  })
  .refine(({ min }) => min === 0, {
    path: ['autoscale', 'idle'],
    error: withFix('goes to zero, which min forbids', 'write min: 0, or leave idle out'),
    when: ({ value }) =>
      z.object({ min: units, autoscale: z.object({ settings: z.object({ idle: z.object({}) }) }) }).safeParse(value)
        .success,
  })
  .refine(({ min, autoscale }) => min > 0 || autoscale === undefined || canLeaveZero(autoscale.settings), {
    path: ['autoscale', 'policies'],
    error: withFix(
      'cannot bring it back from zero: utilization measures units, and at zero there are none',
      'add idle: with a value that tells of work, or a policy on a queue (with combine: max), or write min: 1',
    ),
    when: ({ issues }) => issues.length === 0,
  });

/** The whole file. No field of a resource is required here, because `defaults` may set it. */
export const documentSchema = z.strictObject({
  version: z
    .literal(1, { error: withFix('is not a version of this language', 'write version: 1') })
    .describe('The version of this language.'),
  owner: ownerSchema
    .optional()
    .describe(
      'Whose autoscalers these are: `escapement apply --prune` removes those of this owner that the file does not name, and no others. Give each file of a namespace its own. Default: `ESCAPEMENT_OWNER`, else `default`.',
    ),
  defaults: resourceFields
    .partial()
    .optional()
    .describe(
      'Fields for all resources. What a resource says itself comes first; mappings are merged key by key unless their `type` differs, lists are replaced.',
    ),
  resources: z
    .record(aliasSchema, resourceFields.partial())
    .refine((resources) => Object.keys(resources).length > 0, {
      error: withFix('names no resource', 'add one, such as worker:'),
    })
    .describe('The resources by their alias: `[a-zA-Z0-9][a-zA-Z0-9._-]{0,62}`.'),
});

type Step = z.output<typeof stepSize>;

function isBothWays(written: Step | { up?: Step; down?: Step }): written is Step {
  return typeof written !== 'object' || written === null;
}
