/** Reads everything that a configuration names once, with the secrets of this machine, and changes nothing. */
import { ConfigError } from '../config/problem.js';
import type { Config, ResourceConfig } from '../config/config.js';
import type { ReceiverChoice } from '../config/schema/adapter.js';
import { createReceiver } from '../worker/event-receivers.js';
import { createPlatform, createSource, type Signal, signalsOf } from '../worker/resource-adapters.js';
import type { TemporalSettings } from '../client/temporal/connection.js';
import { examineTemporal } from './examine-temporal.js';
import type { CheckResult } from './check-result.js';
import { sampleResult } from './sample-result.js';

interface Examined extends Pick<Config, 'events'> {
  readonly resources: Config['resources'];
  readonly temporal: TemporalSettings;
  readonly env: NodeJS.ProcessEnv;
}

/** In parallel, each with its own timeout. Never rejects: every failure is a result. */
export async function examine({ resources, events = {}, temporal, env }: Examined): Promise<CheckResult[]> {
  return Promise.all([
    examineTemporal(temporal),
    ...Object.values(resources).flatMap((resource) => [
      examinePlatform(resource, env),
      ...signalsOf(resource).map((signal) => examineSource(resource, signal, env)),
    ]),
    ...Object.entries(events).map(([name, choice]) => examineReceiver(name, choice, env)),
  ]);
}

/** Only connects: an event would alert people. */
async function examineReceiver(name: string, choice: ReceiverChoice, env: NodeJS.ProcessEnv): Promise<CheckResult> {
  const subject = { part: 'receiver', receiver: name, type: choice.type } as const;
  return examineOne(
    subject,
    () => createReceiver(name, choice, env),
    async (receiver) => {
      const { isReachable, message } = await receiver.connect(unlimited());
      return { outcome: isReachable ? 'ok' : 'failing', message };
    },
  );
}

async function examinePlatform(resource: ResourceConfig, env: NodeJS.ProcessEnv): Promise<CheckResult> {
  const subject = { part: 'platform', resource: resource.alias, type: resource.platform.type } as const;
  return examineOne(
    subject,
    () => createPlatform(resource, env),
    async (platform) => {
      const { capacity, status } = await platform.observe(unlimited());
      if (status === 'FAILED') {
        const message = `capacity ${capacity}, but the platform reports FAILED. Scale runs fail until that is fixed.`;
        return { outcome: 'failing', message, capacity };
      }
      const notes = (await platform.notes?.(unlimited())) ?? [];
      return { outcome: 'ok', message: [`capacity ${capacity}, ${status}`, ...notes].join('; '), capacity };
    },
  );
}

async function examineSource(
  { autoscale, settings }: ResourceConfig,
  signal: Signal,
  env: NodeJS.ProcessEnv,
): Promise<CheckResult> {
  return examineOne(
    { part: 'source', resource: signal.resource, signal: signal.name, type: signal.source.type },
    () => createSource(signal, env),
    async (source) => {
      const sample = await source.sample(unlimited());
      const sampling = autoscale?.settings.sampling?.[signal.name];
      return sampleResult({ sample, nowMs: Date.now(), sampling, source: signal.source, max: settings.max });
    },
  );
}

type Subject = Pick<CheckResult, 'part' | 'resource' | 'signal' | 'receiver' | 'type'>;
type Seen = Omit<CheckResult, keyof Subject>;

async function examineOne<Adapter extends object & { close?(): Promise<void> }>(
  subject: Subject,
  create: () => Promise<Adapter>,
  look: (adapter: Adapter) => Promise<Seen>,
): Promise<CheckResult> {
  let adapter: Adapter | undefined;
  try {
    adapter = await create();
    return { ...subject, ...(await look(adapter)) };
  } catch (error) {
    const outcome = error instanceof ConfigError ? 'misconfigured' : 'failing';
    return { ...subject, outcome, message: error instanceof Error ? error.message : String(error) };
  } finally {
    await adapter?.close?.();
  }
}

/** No limit, because the adapters have their own timeouts. */
function unlimited(): AbortSignal {
  return new AbortController().signal;
}
