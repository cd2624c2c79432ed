/** Asks for a scale, as any other client would. */
import { Context } from '@temporalio/activity';
import { RequestRefused, ScaleClient } from '../src/client/scale-client.js';
import type { ScaleAnswer, ScaleAsk } from '../src/domain/autoscale/watch.js';

export interface RequestActivities {
  askForScale(ask: ScaleAsk): Promise<ScaleAnswer>;
}

export function requestActivities(): RequestActivities {
  return {
    askForScale: async ({ resource, taskQueue, limits, targetCapacity, reason, key }) => {
      const scales = new ScaleClient(Context.current().client);
      try {
        const { runId } = await scales.request(
          { resource, taskQueue, settings: limits },
          { targetCapacity, reason },
          key,
        );
        return { runId };
      } catch (error) {
        if (error instanceof RequestRefused) return { refused: error.message };
        throw error;
      }
    },
  };
}
