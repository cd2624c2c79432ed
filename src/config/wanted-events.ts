/** Which receivers of a configuration want which events of which resource. */
import { droppedKind, type AnyEventKind, type EventKind, eventKinds } from '../domain/events/kinds.js';
import type { Config, ResourceConfig } from './config.js';
import type { ReceiverChoice } from './schema/adapter.js';

/** The names of the receivers that get an event. */
export function receiversOf(
  events: Config['events'] = {},
  { resource, kind }: { readonly resource: string; readonly kind: AnyEventKind },
): string[] {
  const chosen = Object.entries(events).filter(
    ([, receiver]) => isAbout(receiver, resource) && (kind === droppedKind || receiver.kinds.includes(kind)),
  );
  return chosen.map(([name]) => name);
}

/** Adds the kinds of events that its workflows have to make. A resource without receivers stays as it is. */
export function withWantedEvents(resource: ResourceConfig, events: Config['events'] = {}): ResourceConfig {
  const wanted = eventKinds.filter(
    (kind: EventKind) => receiversOf(events, { resource: resource.alias, kind }).length > 0,
  );
  return wanted.length === 0 ? resource : { ...resource, settings: { ...resource.settings, events: wanted } };
}

function isAbout({ resources }: ReceiverChoice, alias: string): boolean {
  return resources === undefined || resources.some((pattern) => matches(pattern, alias));
}

/** `*` stands for any text. */
export function matches(pattern: string, alias: string): boolean {
  const parts = pattern.split('*').map((part) => part.replaceAll('.', String.raw`\.`));
  return new RegExp(`^${parts.join('.*')}$`).test(alias);
}
