/** Events of a scale run. They are added to the state, and handed over to receivers beside the loop. */
import type { RunEventData, RunEventKind } from '../../src/domain/events/data.js';
import { post } from '../../src/domain/events/outbox.js';
import type { ScaleState } from './messages.js';

/** Does nothing unless a receiver wants events of this kind. */
export function report<Kind extends RunEventKind>(
  state: ScaleState,
  kind: Kind,
  atMs: number,
  data: RunEventData<Kind>,
): void {
  const { resource, keyPrefix, target, reason, settings } = state;
  const dryRun = settings.dryRun ? { dryRun: true } : {};
  const run = { runId: keyPrefix, target, requestReason: reason, ...dryRun };
  post(state, settings.events, keyPrefix, { kind, resource, atMs, data: { ...run, ...data } });
}
