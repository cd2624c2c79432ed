/** Events of a watch: it alone sees when the fallback begins and ends. */
import { Context, log } from '@temporalio/activity';
import { publish } from '../../src/client/events/client.js';
import type { AutoscalerEventData } from '../../src/domain/events/data.js';
import { type ScalingEvent, shortened } from '../../src/domain/events/event.js';
import type { EventKind } from '../../src/domain/events/kinds.js';
import { policiesInFallback } from '../../src/domain/autoscale/fallback.js';
import type { Evaluation } from '../../src/domain/autoscale/evaluation.js';
import type { Told, WatchOrder, WatchProgress } from '../../src/domain/autoscale/watch.js';
import { failureFields } from '../../src/client/temporal/grpc-status.js';
import type { EventDependencies } from '../events.js';

/** Less than a look may take: the watch must go on. */
const withinMs = 2000;

/**
 * Hands over an event if the fallback has begun or ended since `told`.
 * @returns what receivers know now. It stays as it was when Temporal does not take the event, so that the next look
 * sends it.
 */
export async function tellOfFallback(
  { resource, limits, settings }: WatchOrder,
  { state, evaluation }: WatchProgress,
  told: Told | undefined,
  receivers: EventDependencies,
): Promise<Told | undefined> {
  const isWanted = limits.events?.some((kind) => kind === 'fallback.entered' || kind === 'fallback.left') ?? false;
  if (!evaluation || !state || !isWanted) return told;
  const failing = policiesInFallback(settings, state);
  const isInFallback = failing.length > 0;
  if (isInFallback === (told?.isInFallback ?? false)) return told;
  // A number that no earlier watch of this autoscaler has used. An attempt that is repeated has the same one.
  const next = { isInFallback, number: (told?.number ?? Date.now()) + 1 };
  const kind = isInFallback ? 'fallback.entered' : 'fallback.left';
  try {
    const policies = failing.join(', ');
    await send(eventOf(resource, kind, { ...evaluation, policies }, next.number), receivers);
    return next;
  } catch (error) {
    log.warn(
      `${resource}: the event ${kind} could not be handed over; retrying at the next look`,
      failureFields(error),
    );
    return told;
  }
}

async function send(event: ScalingEvent, receivers: EventDependencies): Promise<void> {
  const { client, info } = Context.current();
  const names = receivers.receiversOf(event);
  if (names.length === 0) return;
  const target = { resource: event.resource, taskQueue: info.taskQueue };
  await publish(client, target, [{ event, receivers: names }], withinMs);
}

function eventOf(
  resource: string,
  kind: EventKind,
  { atMs, capacity, target, reason, policies }: Omit<Evaluation, 'policies'> & { readonly policies: string },
  number: number,
): ScalingEvent {
  const { workflowId = '', runId = '' } = Context.current().info.workflowExecution ?? {};
  const data: AutoscalerEventData<'fallback.entered'> = { policies, capacity, target, reason };
  return { id: `${runId}-watch-${number}`, kind, resource, atMs, data: shortened({ workflowId, runId, ...data }) };
}
