/** Hands events over to the events workflow, and delivers them to receivers. */
import { Context } from '@temporalio/activity';
import { ApplicationFailure, ApplicationFailureCategory } from '@temporalio/common';
import type { Delivery } from '../src/adapters/receivers/receiver.js';
import { publish } from '../src/client/events/client.js';
import type { DeliveryEnd, DeliveryOrder, Publication, ScalingEvent } from '../src/domain/events/event.js';

export interface EventActivities {
  publishEvents(publication: Publication): Promise<void>;
  deliverEvent(order: DeliveryOrder): Promise<DeliveryEnd>;
}

export interface EventDependencies {
  /** The names of the receivers that want an event. */
  receiversOf(event: Pick<ScalingEvent, 'resource' | 'kind'>): readonly string[];
  /** One attempt. Undefined when the configuration of this worker does not have the receiver. */
  deliver(receiver: string, event: ScalingEvent, signal: AbortSignal): Promise<Delivery | undefined>;
}

export const noReceivers: EventDependencies = { receiversOf: () => [], deliver: async () => undefined };

/** A receiver whose new version refuses an event by mistake can be fixed within this time. */
const refusedForMs = 3_600_000;
/** During a deployment, some workers have the new configuration and some the old one. */
const unknownForMs = 5 * 60_000;

export function eventActivities(receivers: EventDependencies): EventActivities {
  return {
    publishEvents: async ({ resource, events }) => {
      const { client, info } = Context.current();
      const addressed = events
        .map((event) => ({ event, receivers: receivers.receiversOf(event) }))
        .filter((each) => each.receivers.length > 0);
      if (addressed.length > 0) await publish(client, { resource, taskQueue: info.taskQueue }, addressed);
    },

    deliverEvent: async ({ receiver, event }) => {
      const { cancellationSignal, info } = Context.current();
      const elapsedMs = Date.now() - info.scheduledTimestampMs;
      const delivery = await receivers.deliver(receiver, event, cancellationSignal);
      if (!delivery) {
        if (elapsedMs >= unknownForMs) return { how: 'removed' };
        throw notDelivered(`the configuration of this worker has no receiver ${receiver}`, 5000);
      }
      switch (delivery.outcome) {
        case 'delivered':
          return { how: 'delivered' };
        case 'gone':
          return { how: 'gone', reason: delivery.reason };
        case 'refused':
          if (elapsedMs >= refusedForMs) return { how: 'refused', reason: delivery.reason };
          throw notDelivered(delivery.reason);
        case 'failed':
          throw notDelivered(delivery.reason, delivery.retryAfterMs);
      }
    },
  };
}

/** Retried by the server. The worker logs the outage of a receiver once, and not each attempt. */
function notDelivered(message: string, nextRetryDelayMs?: number): ApplicationFailure {
  return ApplicationFailure.create({
    type: 'NotDelivered',
    message,
    category: ApplicationFailureCategory.BENIGN,
    ...(nextRetryDelayMs !== undefined && { nextRetryDelay: nextRetryDelayMs }),
  });
}
