/** The response of `GET /v1/resources`: a row for each resource, with what a person needs to know about it first. */
import { z } from 'zod';
import { limitNames } from '../../domain/autoscale/evaluation.js';
import { standingOverride, standingPause } from '../autoscale/answers.js';
import { resourceSchema } from '../scale/answers.js';

const units = z.int().min(0);
const time = z.iso.datetime();

/** In the order of urgency, which is the order of `sort=needs`. */
export const attentionKinds = [
  'wrongDirection',
  'failed',
  'unattended',
  'unwatched',
  'unreadable',
  'refused',
  'fallback',
  'noData',
  'drift',
] as const;

const attentionSchema = z.strictObject({
  kind: z
    .enum(attentionKinds)
    .describe(
      'wrongDirection: changes moved the capacity the wrong way. failed: the run failed. unattended: no worker answers for the open run. unwatched: no worker runs the autoscaler. unreadable: the capacity cannot be read. refused: the platform refuses a change. fallback: policies without data use their fallback. noData: signals have no data. drift: another writer keeps changing the capacity.',
    ),
  sentence: z.string().describe('The problem in one sentence, for a person.'),
  since: time.nullable().describe('Since when; null when this is not known.'),
});
export type Attention = z.output<typeof attentionSchema>;

/** [seconds since the epoch, value]. */
const pointSchema = z
  .tuple([z.int(), z.number().nullable()])
  .describe('[seconds since the epoch, value]; a value of null begins a time for which nothing is known.');

export const resourceRowSchema = resourceSchema
  .extend({
    isAutoscaled: z.boolean().describe('Whether the configuration autoscales the resource.'),
    capacity: units
      .nullable()
      .describe('The newest observed capacity, from the run or the autoscaler; null when there was none.'),
    ready: units.nullable().describe('How many of these units are ready; null when the platform does not report it.'),
    target: units
      .nullable()
      .describe('The capacity that is wanted now: the target of the newest run, or of the newest evaluation.'),
    attention: z.array(attentionSchema).describe('What needs a person, the most urgent first; empty: nothing does.'),
    why: z.string().nullable().describe('The last decision in words: the last evaluation, or the reason of the run.'),
    limitedBy: z
      .strictObject({ by: z.enum(limitNames), from: units, to: units, reason: z.string() })
      .nullable()
      .describe('The last limit that changed the target or delays it; null: none does.'),
    pause: standingPause.nullable().describe('Null also when it has expired.'),
    override: standingOverride.nullable().describe('Null also when it has expired.'),
    spark: z
      .strictObject({ capacity: z.array(pointSchema).max(30), target: z.array(pointSchema).max(30) })
      .describe('The last hour, in at most 30 points each, each of them valid until the next one.'),
  })
  .describe('A resource, its newest scale run, and what needs a person.');
export type ResourceRow = z.output<typeof resourceRowSchema>;

export const resourcesSchema = z
  .strictObject({
    resources: z.array(resourceRowSchema),
    total: units.describe('The number of resources that the query matches, on all pages.'),
    needsAttention: units.describe('The number of resources that need a person, whatever the query.'),
    isDemo: z.boolean().describe('Whether everything is simulated, because nothing is configured.'),
    next: z.string().nullable().describe('The path of the next page; null on the last page.'),
  })
  .describe('The resources that the query matches.');
export type ResourcesAnswer = z.output<typeof resourcesSchema>;
