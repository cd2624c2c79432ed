/** The response of `GET /v1/resources/{resource}/policy`. */
import { z } from 'zod';

const position = z.int().min(1);

export const policySchema = z
  .strictObject({
    resource: z.string(),
    place: z
      .strictObject({
        file: z.string().describe('The file, as it was named when Escapement was started.'),
        path: z.string().describe('For example `resources.worker.autoscale`, or `defaults.autoscale`.'),
        line: position.describe('The line of the key `autoscale`, when the file was read.'),
        column: position.describe('The column of that key: the indentation of the section.'),
      })
      .nullable()
      .describe('Where the policy is written. Null: the configuration is not a file.'),
    autoscale: z
      .string()
      .describe(
        'YAML: what is written under `autoscale:`, with comments, and with placeholders instead of their values. If both the resource and `defaults` set fields, the text is made from both, without comments.',
      ),
    hidden: z
      .array(z.string())
      .describe(
        'Settings whose values are in the configuration itself and may be secrets. The text has a placeholder in place of each.',
      ),
  })
  .describe('The policy of a resource as its author wrote it. It contains no secret.');
export type PolicyAnswer = z.output<typeof policySchema>;
