/** From the words of escapement.yaml to the settings of the domain, which has rules of its own. */
import { z } from 'zod';
import { findingsOf, issueWords } from '../file/issue-words.js';

/**
 * A transformation for zod. What the domain refuses, or misses, is told in the words of the file: `historyMs` is
 * `history` there.
 */
export function readBy<Words, Schema extends z.ZodType>(
  schema: Schema,
  toSettings: (words: Words) => Partial<z.input<Schema>>,
) {
  return (words: Words, context: z.RefinementCtx<Words>): z.output<Schema> => {
    const result = schema.safeParse(toSettings(words), { error: issueWords });
    if (result.success) return result.data;
    for (const { path, text } of findingsOf(result.error.issues)) {
      const inWords = path.map((key) => (typeof key === 'string' ? key.replace(/Ms$/, '') : key));
      const isTime = inWords.at(-1) !== path.at(-1);
      context.addIssue({ code: 'custom', path: inWords, message: isTime ? text.replace(/\d+$/, '$&ms') : text });
    }
    return z.NEVER;
  };
}
