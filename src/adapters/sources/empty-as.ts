/** The setting emptyAs: which samples count as "no data", and which value replaces "no data". */
import { z } from 'zod';

/** The value 0 counts as no data. */
export const noData = 'noData';

/** For a source that may have no value. */
export function emptyAsSetting(when: string) {
  return z
    .union([z.number().min(0), z.literal(noData)])
    .optional()
    .describe(
      `Value to use when ${when}. Default: such a sample fails, which blocks scaling in. \`noData\`: a sample of 0 fails too.`,
    );
}

/** For a source that always has a value. */
export const zeroAsSetting = z
  .literal(noData)
  .optional()
  .describe('`noData`: a sample of 0 fails, which blocks scaling in. Default: 0 is a valid sample.');
