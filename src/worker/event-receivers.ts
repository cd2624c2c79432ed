/** The receivers of events of this process. Their secrets stay here: workflows know only their names. */
import type { EventDependencies } from '../../activities/events.js';
import type { Receiver } from '../adapters/receivers/receiver.js';
import { receivers } from '../adapters/receivers/registry.js';
import type { Config } from '../config/config.js';
import { ConfigError } from '../config/problem.js';
import { resolveSettings } from '../config/schema/adapter-settings.js';
import type { ReceiverChoice } from '../config/schema/adapter.js';
import { receiversOf } from '../config/wanted-events.js';
import type { Logger } from '../process/logger.js';
import { Outage, remindEveryMs } from '../process/outage.js';

export interface EventReceivers extends EventDependencies {
  /**
   * Creates the receivers of another configuration.
   * @returns a function that puts them in force.
   * @throws ConfigError that names every missing or invalid setting.
   */
  prepare(events: Config['events']): Promise<() => void>;
}

/** @throws ConfigError that names every missing or invalid setting. */
export async function createReceivers(
  events: Config['events'],
  env: NodeJS.ProcessEnv,
  log: Logger,
): Promise<EventReceivers> {
  let inForce = { events, receivers: await createAll(events, env) };
  const outages = new Map<string, Outage>();

  /** Kept across reloads: the receiver may be the same one. */
  function outageOf(receiver: string): Outage {
    const words = { fails: 'A receiver does not take events; retrying', worksAgain: 'The receiver takes events again' };
    const outage = outages.get(receiver) ?? new Outage({ log, fields: { receiver }, words, remindEveryMs });
    outages.set(receiver, outage);
    return outage;
  }

  return {
    receiversOf: (event) => receiversOf(inForce.events, event),
    deliver: async (name, event, signal) => {
      const delivery = await inForce.receivers.get(name)?.deliver(event, signal);
      if (delivery?.outcome === 'delivered') outageOf(name).works();
      else if (delivery && !signal.aborted) outageOf(name).fails({ resource: event.resource, reason: delivery.reason });
      return delivery;
    },
    prepare: async (next) => {
      const receivers = await createAll(next, env);
      return () => {
        inForce = { events: next, receivers };
      };
    },
  };
}

async function createAll(events: Config['events'] = {}, env: NodeJS.ProcessEnv): Promise<Map<string, Receiver>> {
  const made = new Map<string, Receiver>();
  for (const [name, choice] of Object.entries(events)) made.set(name, await createReceiver(name, choice, env));
  return made;
}

/** @throws ConfigError */
export async function createReceiver(name: string, choice: ReceiverChoice, env: NodeJS.ProcessEnv): Promise<Receiver> {
  const path = ['events', name];
  const definition = receivers.find(choice.type);
  if (!definition) throw new ConfigError([{ path: path.join('.'), problem: `${choice.type} does not exist` }]);
  return definition.create(await resolveSettings(definition, choice.settings, path, env));
}
