/** What the API takes and answers about autoscaling, as schemas. */
import { z } from 'zod';
import { limitNames } from '../../domain/autoscale/evaluation.js';

const capacity = z.int().min(0);
const time = z.iso.datetime();
const until = z.iso
  .datetime({ offset: true })
  .optional()
  .describe('When it ends by itself, as ISO 8601; absent: when it is taken back.');

export const pauseRequestSchema = z
  .strictObject({
    direction: z.enum(['both', 'up', 'down']).default('both').describe('What is not done meanwhile.'),
    until,
  })
  .describe('Do not scale by policies, in one direction or both.');

export const overrideRequestSchema = z
  .strictObject({
    capacity: capacity.max(1_000_000_000).describe('What to keep instead of what policies say.'),
    until,
    beyondBounds: z
      .boolean()
      .default(false)
      .describe('It may lie outside `[min, max]`, as for maintenance at 0. At its end the bounds count again.'),
  })
  .describe('Keep a capacity whatever the policies say.');

const standingPause = z.strictObject({
  direction: z.enum(['both', 'up', 'down']),
  until: time.nullable(),
  reason: z.string().nullable().describe('Why the autoscaler has paused itself; null where a person has paused it.'),
});
const standingOverride = z.strictObject({
  capacity,
  until: time.nullable(),
  beyondBounds: z.boolean().describe('`[min, max]` does not count for it.'),
});

export const pausedSchema = z.strictObject({ resource: z.string(), pause: standingPause.nullable() });
export const overriddenSchema = z.strictObject({ resource: z.string(), override: standingOverride.nullable() });
export const evaluatingSchema = z
  .strictObject({ resources: z.array(z.string()).describe('Evaluated now, rather than when their interval is over.') })
  .describe('Durable: done also where every worker is down at the moment.');

const failure = z.strictObject({ message: z.string(), since: time });

export const evaluationSchema = z
  .strictObject({
    at: time,
    capacity: capacity.describe('What there was.'),
    asked: capacity.describe(
      'What counts as current: the target of the scale run that was under way, whoever asked; without one, the capacity.',
    ),
    ready: capacity.nullable().describe('How many of the units were ready; null: the platform does not say.'),
    samples: z.array(
      z.strictObject({
        signal: z.string(),
        value: z.number().nullable().describe('The newest there was; null: never one.'),
        ageSeconds: z
          .number()
          .nullable()
          .describe('How old the value is by now; of a decision: how old it was when that was made.'),
        failure: failure.nullable().describe('Null while the source works. A source that fails never reads as zero.'),
        note: z.string().nullable().describe('What is worth knowing of a sample that is as it should be.'),
      }),
    ),
    policies: z.array(
      z.strictObject({
        policy: z.string(),
        value: z.number().nullable().describe('What its expression gave; null: no data, or a policy without one.'),
        recommended: capacity.nullable().describe('Null: no opinion.'),
        floor: capacity.nullable(),
        ceiling: capacity.nullable(),
        reason: z.string(),
      }),
    ),
    recommended: capacity.describe('What the policies together ask for, before limits.'),
    target: capacity.describe('After limits: what is asked of a scale run.'),
    limits: z.array(z.strictObject({ by: z.enum(limitNames), from: capacity, to: capacity, reason: z.string() })),
    limitedBy: z.array(z.enum(limitNames)).describe('Each stage that changed the number, in order.'),
    next: z
      .strictObject({ capacity, notBefore: time, changes: z.int(), reachedAt: time })
      .nullable()
      .describe(
        'The next change on the way, and the earliest times for it and for the target; null: nothing to change.',
      ),
    reason: z
      .string()
      .describe('All of it in words: what was asked for, each limit that changed it, and what is done.'),
  })
  .describe('One look at an autoscaled resource, and everything that led to its answer.');
export type EvaluationAnswer = z.output<typeof evaluationSchema>;

const configurationSource = z.strictObject({
  owner: z.string(),
  file: z.string(),
  host: z.string(),
  at: time.describe('When it was written, or applied by hand. Of two that differ, the later one counts.'),
});

export const autoscaleSchema = z
  .strictObject({
    resource: z.string(),
    evaluation: evaluationSchema.nullable().describe('The last one, acted on or not; null before the first.'),
    problem: failure.nullable().describe('Why there was no evaluation since: the capacity could not be read.'),
    notice: z.string().nullable().describe('What a person should know or do; null when all is well.'),
    pause: standingPause.nullable().describe('Null also when it is over.'),
    override: standingOverride.nullable().describe('Null also when it is over.'),
    lastError: z.string().nullable(),
    stats: z
      .strictObject({
        currentSize: capacity.nullable(),
        totalScaleUps: z.int(),
        totalScaleDowns: z.int(),
        totalRefused: z.int().describe('Changes that the platform refused, and requests that a scale run refused.'),
        totalDryRuns: z.int().describe('Changes that a dry run did not send.'),
        inCooldown: z.boolean(),
      })
      .describe('Changes that were made since it was started, whoever asked for them.'),
    configuration: configurationSource
      .extend({
        insteadOf: configurationSource
          .nullable()
          .describe('The last one that says something else: it was replaced, or is older and came later.'),
      })
      .nullable()
      .describe('Which configuration is in force; null where nobody told.'),
    heardAt: time
      .nullable()
      .describe('When the Temporal server last heard of the watch: long ago means that nobody watches.'),
  })
  .describe('Why the resource is scaled as it is.');
export type AutoscaleAnswer = z.output<typeof autoscaleSchema>;

export const decisionsSchema = z.strictObject({
  resource: z.string(),
  decisions: z
    .array(
      z.strictObject({
        evaluation: evaluationSchema,
        runId: z.string().nullable().describe('The scale run that was asked.'),
        refused: z.string().nullable(),
      }),
    )
    .describe('What was acted on, newest first.'),
});
export type DecisionsAnswer = z.output<typeof decisionsSchema>;

/** Alertmanager's webhook, as far as it is looked at. */
export const alertmanagerSchema = z
  .looseObject({
    alerts: z.array(z.looseObject({ labels: z.record(z.string(), z.string()).default({}) })).max(10_000),
  })
  .describe("Alertmanager's webhook. The label `escapement_resource`, or else `resource`, names the resource.");
