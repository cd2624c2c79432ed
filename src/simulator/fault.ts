/** The faults that the simulated sidecar supports, with their names in the admin API. */
import { z } from 'zod';
import { resourceStatuses } from '../domain/scale/capacity.js';

const milliseconds = z.int().min(0).max(3_600_000);

/** The fields that several faults share, with the descriptions for the help of the command. */
export const commonFields = {
  on: z.enum(['read', 'change', 'any']).describe('"read", "change" or "any": the calls that it applies to'),
  resource: z.string().optional().describe('applies only to calls of this resource'),
  times: z
    .int()
    .min(1)
    .optional()
    .describe('how many calls it applies to before it is used up; 1 unless probability is set'),
  probability: z
    .number()
    .min(0)
    .max(1)
    .optional()
    .describe('the probability that it applies to a call, for example 0.1'),
  appliesAfterMs: milliseconds
    .nullable()
    .default(null)
    .describe(
      'when the change takes effect nevertheless: 0 at once, 5000 after five seconds; null, the default: never',
    ),
};

const { on, appliesAfterMs, ...occasion } = commonFields;
/** Faults of reads and of changes. */
const anyCall = { ...occasion, on };
/** Faults that hide the outcome of a change from the client. */
const lossy = { ...anyCall, appliesAfterMs };

export const faultSchema = z.discriminatedUnion('type', [
  z
    .strictObject({ type: z.literal('none'), ...anyCall })
    .describe('no fault: such calls succeed, and the next faults apply to later calls'),
  z
    .strictObject({
      type: z.literal('reject'),
      ...lossy,
      status: z.int().min(400).max(599),
      retryAfter: z.string().optional().describe('Sent as Retry-After, whatever its value.'),
    })
    .describe('returns an error status'),
  z.strictObject({ type: z.literal('drop'), ...lossy }).describe('resets the connection instead of answering'),
  z.strictObject({ type: z.literal('hang'), ...lossy }).describe('never answers'),
  z
    .strictObject({ type: z.literal('stall'), ...lossy })
    .describe('sends the headers of the response, and never the body'),
  z
    .strictObject({ type: z.literal('cutOff'), ...lossy })
    .describe('resets the connection in the middle of the response'),
  z
    .strictObject({
      type: z.literal('malformed'),
      ...lossy,
      body: z.enum(['notJson', 'wrongTypes', 'negativeCapacity', 'missingFields', 'huge']),
    })
    .describe('returns 200 with an invalid body; huge is 1 MB long'),
  z
    .strictObject({ type: z.literal('redirect'), ...lossy, location: z.string() })
    .describe('returns 307 with this location'),
  z
    .strictObject({ type: z.literal('slow'), ...anyCall, delayMs: milliseconds })
    .describe('makes the change after a delay, and then answers'),
  z
    .strictObject({ type: z.literal('staleReading'), ...occasion, ageMs: milliseconds })
    .describe('shows an older capacity with its older time'),
  z
    .strictObject({ type: z.literal('staleTimestamp'), ...occasion, ageMs: milliseconds })
    .describe('shows the current capacity with an older time'),
  z
    .strictObject({ type: z.literal('status'), ...occasion, status: z.enum(resourceStatuses) })
    .describe('shows this status'),
]);

export type Fault = z.output<typeof faultSchema>;

export const faultPlanSchema = z.strictObject({
  faults: z.array(faultSchema).describe('The first fault that matches a call and is not used up applies to it.'),
  seed: z.int().default(1).describe('The same seed and the same calls produce the same faults.'),
});
