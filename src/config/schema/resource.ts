/**
 * The only definition of the fields of `escapement.yaml`, their meaning and their defaults. Errors, the JSON Schema and
 * the reference page are generated from this definition.
 */
import { z } from 'zod';
import { isOwner } from '../../domain/autoscale/revision.js';
import { platforms } from '../../adapters/platforms/registry.js';
import { receivers } from '../../adapters/receivers/registry.js';
import { canLeaveZero } from '../../domain/autoscale/from-zero.js';
import { type AutoscaleConfig, autoscaleSchema } from './autoscale.js';
import { adapterMapping, adapterType, receiverMapping } from './adapter.js';
import { duration, positiveDuration } from '../../domain/written/duration.js';
import { withFix } from '../../domain/written/issue.js';

const validName = 'write 1 to 63 letters, digits, ".", "_" or "-", beginning with a letter or a digit';

/** The valid names of a resource. The name becomes part of workflow IDs and URLs. */
export const aliasSchema = z.string().regex(/^[a-zA-Z0-9][a-zA-Z0-9._-]{0,62}$/, {
  error: withFix('is not a valid resource name', validName),
});

/** The valid names of a receiver of events. The name becomes part of the IDs of some events. */
const receiverName = z.string().regex(/^[a-zA-Z0-9][a-zA-Z0-9_-]{0,62}$/, {
  error: withFix('is not a valid receiver name', 'write 1 to 63 letters, digits, "_" or "-"'),
});

/** The owner of the autoscalers that a configuration names. */
export const ownerSchema = z.string().refine(isOwner, {
  error: withFix('is not a valid owner name', validName),
});

const units = z.int().min(0);

/** Null: no maximum. */
const maximum = z.union([units, z.literal('none').transform(() => null)]);

const stepSize = z.union([z.int().min(1), z.literal('all').transform(() => null)]);

const step = z
  .union([
    stepSize,
    z.strictObject({
      up: stepSize.exactOptional().describe('Maximum number of units that one change adds.'),
      down: stepSize.exactOptional().describe('Maximum number of units that one change removes.'),
    }),
  ])
  .transform((written) => (isBothWays(written) ? { up: written, down: written } : written));

const cooldown = z
  .union([
    duration,
    z.strictObject({
      up: duration
        .exactOptional()
        .describe('Minimum time from the last change, in either direction, to a change that adds units.'),
      upAfter: z
        .enum(['change', 'up'])
        .default('change')
        .describe(
          'Start of the cooldown `up`: the last change in either direction (`change`), or the last change that added units (`up`). With `up`, removing units does not delay adding units.',
        ),
      down: duration
        .exactOptional()
        .describe('Minimum time from the last change, in either direction, to a change that removes units.'),
    }),
  ])
  .transform((written) =>
    typeof written === 'number' ? { up: written, upAfter: 'change' as const, down: written } : written,
  );

const waitForActive = z.strictObject({
  timeout: positiveDuration
    .prefault('15m')
    .describe(
      'Timeout for the resource to become active, after which the run fails. On a platform that accepts a size at any time: how long the next step up waits for ready units.',
    ),
  interval: positiveDuration
    .prefault('30s')
    .describe(
      'Maximum time between two reads while reads fail. While reads succeed it is 2 s, so that readiness is detected quickly.',
    ),
});

const platform = z.union([
  adapterType(platforms).transform((type) => ({ type, settings: {} })),
  adapterMapping(platforms),
]);

const relativePlatforms = '`omnistrate`, and `generic-http` with `add` and `remove`';

const resourceFields = z.strictObject({
  platform: platform.describe(
    'Platform of the resource: a type, or `{ type: ... }` with the settings of that platform.',
  ),
  min: units.describe('Minimum capacity. Escapement never scales below it. The `preset` of a policy may set it.'),
  max: maximum.describe(
    'Maximum capacity. Escapement never scales above it. `none`: no limit, only for a resource that is scaled on request. The `preset` of a policy may set it.',
  ),
  step: step
    .optional()
    .describe(
      `Maximum number of units that one change adds or removes, in both directions or per direction. \`all\`: one change reaches the target. Default: \`all\` if the platform sets a size, \`1\` if it adds and removes units (${relativePlatforms}).`,
    ),
  cooldown: cooldown
    .optional()
    .describe(
      `Minimum time from the last change, in either direction, to the next change, for both directions or per direction of the next change. Default: \`{ up: 0s, down: 5m }\` if the platform sets a size, \`5m\` for both directions if it adds and removes units (${relativePlatforms}).`,
    ),
  settle: duration
    .prefault('30s')
    .describe('Minimum time after a change with unknown outcome before an observed capacity is used.'),
  waitForActive: waitForActive.prefault({}).describe('How to wait for a resource that is not active yet.'),
  requestTimeout: positiveDuration
    .prefault('60s')
    .describe('Timeout of one request to the platform, including the complete response.'),
  taskQueue: z
    .string()
    .min(1)
    .default('escapement')
    .describe('Temporal task queue of the site. The worker beside each sidecar polls its own task queue.'),
  dryRun: z.boolean().default(false).describe('Make every decision, but send no change.'),
  autoscale: autoscaleSchema.optional().describe('Autoscaling: the signals and the policies.'),
});

export const cannotLeaveZero = {
  problem: 'cannot scale out from zero: utilization measures units, and at zero there are no units',
  fix: 'add idle: with a value that measures work, add a policy on a queue (with combine: max), or write min: 1',
};

/** A resource with an idle rule, before all of its fields are known to be valid. */
const withIdle = z.object({
  min: units,
  max: units.nullable(),
  autoscale: z.object({ settings: z.object({ idle: z.object({}) }) }),
});

function idleCapacity(autoscale: AutoscaleConfig | undefined): number {
  return autoscale?.settings.idle?.capacity ?? 0;
}

/**
 * A resource whose missing fields come from `defaults`. Contradictions between fields are reported in addition to all
 * other problems.
 */
export const resourceSchema = resourceFields
  .refine(({ min, max }) => max === null || min <= max, {
    path: ['min'],
    error: withFix('is above max', 'lower min, or raise max'),
    when: ({ value }) => z.object({ min: units, max: units }).safeParse(value).success,
  })
  .refine(({ max, autoscale }) => max !== null || autoscale === undefined, {
    path: ['max'],
    error: withFix('is none, but an autoscaled resource requires a maximum', 'write the largest capacity it may have'),
    when: ({ issues }) => issues.length === 0,
  })
  .refine(({ min, autoscale }) => min === 0 || idleCapacity(autoscale) > 0, {
    path: ['autoscale', 'idle'],
    error: withFix('scales to zero, but min is above 0', 'write min: 0, or remove idle'),
    when: ({ value }) => withIdle.safeParse(value).success,
  })
  .refine(({ min, autoscale }) => idleCapacity(autoscale) === 0 || min <= idleCapacity(autoscale), {
    path: ['autoscale', 'idle', 'capacity'],
    error: withFix('is below min', 'raise it, or lower min'),
    when: ({ value }) => withIdle.safeParse(value).success,
  })
  .refine(({ max, autoscale }) => max === null || idleCapacity(autoscale) <= max, {
    path: ['autoscale', 'idle', 'capacity'],
    error: withFix('is above max', 'lower it, or raise max'),
    when: ({ value }) => withIdle.safeParse(value).success,
  })
  .refine(({ min, autoscale }) => min > 0 || autoscale === undefined || canLeaveZero(autoscale.settings), {
    path: ['autoscale', 'policies'],
    error: withFix(cannotLeaveZero.problem, cannotLeaveZero.fix),
    when: ({ issues }) => issues.length === 0,
  });

/** The whole file. No field of a resource is required here, because `defaults` may set it. */
export const documentSchema = z.strictObject({
  version: z
    .literal(1, { error: withFix('is not a supported version', 'write version: 1') })
    .describe('Version of the configuration format.'),
  owner: ownerSchema
    .optional()
    .describe(
      'Owner of the autoscalers. `escapement apply --prune` removes only autoscalers of this owner that the file does not name. Use a different owner for each file of a namespace. Default: `ESCAPEMENT_OWNER`, else `default`.',
    ),
  modules: z
    .array(z.string().min(1))
    .optional()
    .describe(
      'Modules that define platforms, sources or policies: `./` and a path below the folder of the file, or the name of a package that is installed there. See [extending Escapement](library.md#platforms-sources-and-policies-of-your-own). Default: none.',
    ),
  events: z
    .record(receiverName, receiverMapping(receivers))
    .optional()
    .describe('The receivers of events, by name: see [events](events.md). Default: none.'),
  defaults: resourceFields
    .partial()
    .optional()
    .describe(
      'Fields for all resources. Fields of a resource take precedence. Mappings are merged key by key unless their `type` differs. Lists are replaced.',
    ),
  resources: z
    .record(aliasSchema, resourceFields.partial())
    .refine((resources) => Object.keys(resources).length > 0, {
      error: withFix('contains no resource', 'add a resource, such as worker:'),
    })
    .describe('The resources by alias: `[a-zA-Z0-9][a-zA-Z0-9._-]{0,62}`.'),
});

type Step = z.output<typeof stepSize>;

function isBothWays(written: Step | { up?: Step; down?: Step }): written is Step {
  return typeof written !== 'object' || written === null;
}

/** The fields of a resource, in the order in which a file is written. */
export const resourceFieldNames: readonly string[] = Object.keys(resourceFields.shape);
