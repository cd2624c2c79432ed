/** What counts as "no data", and what "no data" counts as: a person chooses both. */
import { z } from 'zod';

/** An answer of 0 is no data. */
export const noData = 'noData';

/** For a source that can be empty. */
export function emptyAsSetting(when: string) {
  return z
    .union([z.number().min(0), z.literal(noData)])
    .optional()
    .describe(
      `Value to use when ${when}. Default: that is a failed sample, which blocks scaling in. \`noData\`: so is an answer of 0.`,
    );
}

/** For a source that always has a number. */
export const zeroAsSetting = z
  .literal(noData)
  .optional()
  .describe(
    '`noData`: an answer of 0 is a failed sample, which blocks scaling in. Default: 0 is a number like any other.',
  );
