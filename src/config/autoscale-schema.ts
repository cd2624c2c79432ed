/** `autoscale:` of a resource. */
import { z } from 'zod';

export const autoscaleSchema = z.strictObject({});
