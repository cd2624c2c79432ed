/** The one way in which "no data" may become a number: a person chose it. */
import { z } from 'zod';

export function emptyAsSetting(when: string) {
  return z
    .number()
    .min(0)
    .optional()
    .describe(`Value to use when ${when}. Default: that is a failed sample, which blocks scaling in.`);
}
