/** The response of a preview: what a request would do. Nothing is sent. */
import { z } from 'zod';

const units = z.int().min(0);
const time = z.iso.datetime();

export const previewSchema = z
  .strictObject({
    resource: z.string(),
    outcome: z
      .enum(['started', 'retargeted', 'unchanged', 'refused'])
      .describe('refused: the request would be refused, and `sentence` says why.'),
    from: units.nullable().describe('The newest known capacity; null: it is not known until a worker observes it.'),
    to: z.int().nullable().describe('The target; null: it depends on a capacity that is not known.'),
    steps: z
      .array(z.strictObject({ from: units, to: units, at: time }))
      .describe('The first 100 changes with their earliest times: a platform may take time to carry out each of them.'),
    changes: units.describe('The number of all changes.'),
    finishedAt: time
      .nullable()
      .describe('The earliest time of the last change; null: there is none, or it is not known.'),
    sentence: z.string().describe('What will happen, for a person.'),
    warnings: z.array(z.string()).describe('What a person should know before the request.'),
  })
  .describe('What a request would do. Nothing is sent.');
export type PreviewAnswer = z.output<typeof previewSchema>;
