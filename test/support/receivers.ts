/** The receivers of a test, created as a worker creates those of its configuration. */
import { pino, type Logger } from 'pino';
import type { Config } from '../../src/config/config.js';
import { receiverMapping } from '../../src/config/schema/adapter.js';
import { receivers } from '../../src/adapters/receivers/registry.js';
import { createReceivers, type EventReceivers } from '../../src/worker/event-receivers.js';

/** @param written `events:` of a configuration. */
export async function receiversOf(
  written: Readonly<Record<string, object>>,
  log: Logger = pino({ level: 'silent' }),
): Promise<EventReceivers> {
  return createReceivers(eventsOf(written), {}, log);
}

export function eventsOf(written: Readonly<Record<string, object>>): NonNullable<Config['events']> {
  const mapping = receiverMapping(receivers);
  return Object.fromEntries(Object.entries(written).map(([name, receiver]) => [name, mapping.parse(receiver)]));
}
