/** Requests a scale, through the same client as every other caller. */
import { Context } from '@temporalio/activity';
import { RequestRefused, ScaleClient } from '../src/client/scale/client.js';
import type { ScaleAnswer, ScaleAsk } from '../src/domain/autoscale/watch.js';

export interface RequestActivities {
  askForScale(ask: ScaleAsk): Promise<ScaleAnswer>;
}

export function requestActivities(): RequestActivities {
  return {
    askForScale: async ({ resource, taskQueue, limits, targetCapacity, reason, key }) => {
      const { client, info } = Context.current();
      const scales = new ScaleClient(client);
      try {
        const { runId } = await scales.request(
          { resource, taskQueue, settings: limits },
          { targetCapacity, reason },
          key,
          // The key belongs to this activity alone, and the server knows when the activity was first scheduled.
          info.scheduledTimestampMs,
        );
        return { runId };
      } catch (error) {
        if (error instanceof RequestRefused) return { refused: error.message };
        throw error;
      }
    },
  };
}
