/** The faults that the simulated sidecar can be told to have: their names are the admin API's. */
import { z } from 'zod';
import { resourceStatuses } from '../domain/scale/capacity.js';

const milliseconds = z.int().min(0).max(3_600_000);

/** What several faults have in common, described for the help of the command. */
export const commonFields = {
  on: z.enum(['read', 'change', 'any']).describe('"read", "change" or "any": which calls meet it'),
  resource: z.string().optional().describe('only calls of this resource meet it'),
  times: z.int().min(1).optional().describe('how many calls meet it before it is spent; 1 unless probability is given'),
  probability: z.number().min(0).max(1).optional().describe('chance that a call meets it, such as 0.1'),
  appliesAfterMs: milliseconds
    .nullable()
    .default(null)
    .describe('when a change takes effect all the same: 0 at once, 5000 five seconds later; null, the default: never'),
};

const { on, appliesAfterMs, ...occasion } = commonFields;
/** Faults of reads and of changes. */
const anyCall = { ...occasion, on };
/** Faults that keep the client from learning what became of a change. */
const lossy = { ...anyCall, appliesAfterMs };

export const faultSchema = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('none'), ...anyCall }).describe('goes well: spaces out the faults after it'),
  z
    .strictObject({
      type: z.literal('reject'),
      ...lossy,
      status: z.int().min(400).max(599),
      retryAfter: z.string().optional().describe('Sent as Retry-After, whatever it is.'),
    })
    .describe('answers with an error status'),
  z.strictObject({ type: z.literal('drop'), ...lossy }).describe('resets the connection instead of answering'),
  z.strictObject({ type: z.literal('hang'), ...lossy }).describe('never answers'),
  z.strictObject({ type: z.literal('stall'), ...lossy }).describe('sends the headers of its answer, never the body'),
  z.strictObject({ type: z.literal('cutOff'), ...lossy }).describe('resets the connection halfway through its answer'),
  z
    .strictObject({
      type: z.literal('malformed'),
      ...lossy,
      body: z.enum(['notJson', 'wrongTypes', 'negativeCapacity', 'missingFields', 'huge']),
    })
    .describe('answers 200 with nonsense; huge is 1 MB of it'),
  z
    .strictObject({ type: z.literal('redirect'), ...lossy, location: z.string() })
    .describe('answers 307 with this location'),
  z
    .strictObject({ type: z.literal('slow'), ...anyCall, delayMs: milliseconds })
    .describe('does it, and answers, after a delay'),
  z
    .strictObject({ type: z.literal('staleReading'), ...occasion, ageMs: milliseconds })
    .describe('shows an older capacity with its older time'),
  z
    .strictObject({ type: z.literal('staleTimestamp'), ...occasion, ageMs: milliseconds })
    .describe('shows the right capacity with an older time'),
  z
    .strictObject({ type: z.literal('status'), ...occasion, status: z.enum(resourceStatuses) })
    .describe('shows this status'),
]);

export type Fault = z.output<typeof faultSchema>;

export const faultPlanSchema = z.strictObject({
  faults: z.array(faultSchema).describe('Each call meets the first one that matches it and is not spent.'),
  seed: z.int().default(1).describe('The same seed and the same calls meet the same faults.'),
});
