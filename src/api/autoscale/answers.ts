/** The request and response schemas of the autoscaling API. */
import { z } from 'zod';
import { limitNames } from '../../domain/autoscale/evaluation.js';

const capacity = z.int().min(0);
const time = z.iso.datetime();
const until = z.iso
  .datetime({ offset: true })
  .optional()
  .describe('When it ends, as ISO 8601. Absent: it lasts until it is removed.');

export const pauseRequestSchema = z
  .strictObject({
    direction: z
      .enum(['both', 'up', 'down'])
      .default('both')
      .describe('The direction in which policies do not scale meanwhile.'),
    until,
  })
  .describe('Stop scaling by policies, in one direction or both.');

export const overrideRequestSchema = z
  .strictObject({
    capacity: capacity.max(1_000_000_000).describe('The capacity to keep, whatever the policies recommend.'),
    until,
    beyondBounds: z
      .boolean()
      .default(false)
      .describe(
        'Allows a capacity outside `[min, max]`, for example 0 for maintenance. The bounds apply again when the override ends.',
      ),
  })
  .describe('Keep a capacity, whatever the policies recommend.');

export const standingPause = z.strictObject({
  direction: z.enum(['both', 'up', 'down']),
  until: time.nullable(),
  reason: z.string().nullable().describe('Why the autoscaler has paused itself; null when a person has paused it.'),
});
export const standingOverride = z.strictObject({
  capacity,
  until: time.nullable(),
  beyondBounds: z.boolean().describe('Whether the override may lie outside `[min, max]`.'),
});

export const pausedSchema = z.strictObject({ resource: z.string(), pause: standingPause.nullable() });
export const overriddenSchema = z.strictObject({ resource: z.string(), override: standingOverride.nullable() });
export const evaluatingSchema = z
  .strictObject({
    resources: z
      .array(z.string())
      .describe('Resources that are evaluated now, instead of at the end of their interval.'),
  })
  .describe('The request is durable: it is applied even if every worker is down at the moment.');

const failure = z.strictObject({ message: z.string(), since: time });

export const evaluationSchema = z
  .strictObject({
    at: time,
    capacity: capacity.describe('The capacity that the platform showed.'),
    asked: capacity.describe(
      'The capacity that the policies start from: the target of the scale run in progress, from any requester; without a run, the observed capacity.',
    ),
    ready: capacity.nullable().describe('How many of the units were ready; null: the platform does not report it.'),
    samples: z.array(
      z.strictObject({
        signal: z.string(),
        value: z.number().nullable().describe('The newest value; null: there was none.'),
        ageSeconds: z
          .number()
          .nullable()
          .describe('The age of the value now; for a decision, its age when the decision was made.'),
        failure: failure.nullable().describe('Null while the source works. A failing source is never read as zero.'),
        note: z.string().nullable().describe('A remark about a valid sample.'),
      }),
    ),
    policies: z.array(
      z.strictObject({
        policy: z.string(),
        value: z
          .number()
          .nullable()
          .describe('The value of its expression; null: no data, or the policy has no expression.'),
        recommended: capacity.nullable().describe('Null: no recommendation.'),
        floor: capacity.nullable(),
        ceiling: capacity.nullable(),
        reason: z.string(),
      }),
    ),
    recommended: capacity.describe('The combined recommendation of the policies, before limits.'),
    target: capacity.describe('The target after limits, which is requested from a scale run.'),
    limits: z.array(z.strictObject({ by: z.enum(limitNames), from: capacity, to: capacity, reason: z.string() })),
    limitedBy: z.array(z.enum(limitNames)).describe('Each stage that changed the number, in order.'),
    next: z
      .strictObject({ capacity, notBefore: time, changes: z.int(), reachedAt: time })
      .nullable()
      .describe(
        'The next change, and the earliest times at which it is made and the target is reached; null: no change is needed.',
      ),
    reason: z
      .string()
      .describe('The decision in words: the recommendation, each limit that changed it, and the resulting action.'),
  })
  .describe('One evaluation of an autoscaled resource, and every value that led to its decision.');
export type EvaluationAnswer = z.output<typeof evaluationSchema>;

const configurationSource = z.strictObject({
  owner: z.string(),
  file: z.string(),
  host: z.string(),
  at: time.describe(
    'When the configuration was written, or applied by hand. Of two that differ, the later one is in force.',
  ),
});

export const autoscaleSchema = z
  .strictObject({
    resource: z.string(),
    evaluation: evaluationSchema
      .nullable()
      .describe('The last evaluation, whether it was acted on or not; null before the first one.'),
    problem: failure.nullable().describe('Why there was no evaluation since: the capacity could not be read.'),
    notice: z
      .string()
      .nullable()
      .describe('A problem that a person should know about or fix; null when there is none.'),
    pause: standingPause.nullable().describe('Null also when it has expired.'),
    override: standingOverride.nullable().describe('Null also when it has expired.'),
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
      .describe('Changes since the autoscaler was started, from any requester.'),
    configuration: configurationSource
      .extend({
        insteadOf: configurationSource
          .nullable()
          .describe(
            'The last configuration that differs from the one in force: it was replaced, or it is older and arrived later.',
          ),
      })
      .nullable()
      .describe('The configuration in force; null when it is not known.'),
    heardAt: time
      .nullable()
      .describe(
        'When the Temporal server last received a heartbeat of the watch. A time long ago means that no worker watches the resource.',
      ),
  })
  .describe('Why the resource has its current scale.');
export type AutoscaleAnswer = z.output<typeof autoscaleSchema>;

export const decisionsSchema = z.strictObject({
  resource: z.string(),
  decisions: z
    .array(
      z.strictObject({
        evaluation: evaluationSchema,
        runId: z.string().nullable().describe('The scale run that received the request.'),
        refused: z.string().nullable(),
      }),
    )
    .describe('The decisions that were acted on, newest first.'),
});
export type DecisionsAnswer = z.output<typeof decisionsSchema>;

/** The fields of an Alertmanager webhook that are used. */
export const alertmanagerSchema = z
  .looseObject({
    alerts: z.array(z.looseObject({ labels: z.record(z.string(), z.string()).default({}) })).max(10_000),
  })
  .describe('An Alertmanager webhook. The label `escapement_resource`, or else `resource`, names the resource.');
