/** The same scaling under the same ten faults, by a plain loop and by Escapement. */
import { z } from 'zod';
import type { faultPlanSchema } from '../src/simulator/fault.js';
import type { SidecarWitness } from '../test/support/sidecar-witness.js';
import { Laboratory } from './laboratory.js';
import { scaleByPlainLoop } from './plain-loop.js';
import type { Log } from './report.js';

type Faults = z.input<typeof faultPlanSchema>['faults'];

const from = 1;
const target = 6;
const cooldownMs = 2000;
const requestTimeoutMs = 2000;
const seed = 7;

/** Only the last change has a fault, so that the final capacity shows its effect. */
const lastChange = (...faults: Faults): Faults => [{ type: 'none', on: 'change', times: target - from - 1 }, ...faults];

const cases: Readonly<Record<string, Faults>> = {
  'reply lost, change made': lastChange({ type: 'drop', on: 'change', appliesAfterMs: 0 }),
  'reply lost, change not made': lastChange({ type: 'drop', on: 'change' }),
  'reply lost, change made 1.5 s later': lastChange({ type: 'drop', on: 'change', appliesAfterMs: 1500 }),
  'no reply in time, change made': lastChange({ type: 'hang', on: 'change', appliesAfterMs: 0 }),
  'reply cut off, change made': lastChange({ type: 'cutOff', on: 'change', appliesAfterMs: 0 }),
  'reply is nonsense, change made': lastChange({ type: 'malformed', on: 'change', body: 'notJson', appliesAfterMs: 0 }),
  '500, change made': lastChange({ type: 'reject', on: 'change', status: 500, appliesAfterMs: 0 }),
  '503, change not made': lastChange({ type: 'reject', on: 'change', status: 503 }),
  '429, wait 3 s': lastChange({ type: 'reject', on: 'change', status: 429, retryAfter: '3' }),
  'every read is 3 s old': [{ type: 'staleReading', ageMs: 3000, probability: 1 }],
};

export interface Walked {
  /** Time until the last change of the capacity. */
  readonly seconds: number;
  /** Changes that were sent to the platform. */
  readonly changes: number;
  /** Maximum number of units above the target at any time. */
  readonly overshoot: number;
  /** Final capacity. */
  readonly endedAt: number;
}

export interface FaultFigures {
  readonly fault: string;
  readonly loop: Walked;
  readonly ours: Walked;
}

export async function compareUnderFaults(log: Log): Promise<FaultFigures[]> {
  const laboratory = await Laboratory.open();
  try {
    const names = Object.keys(cases);
    const loops = names.map((_, number) => `loop${number}`);
    const ours = names.map((_, number) => `ours${number}`);
    const flags = [...loops, ...ours].flatMap((alias) => ['--resource', `${alias}=${from}`]);
    const witness = await laboratory.sandbox.sidecar('--port', '0', ...flags, '--start-time', '0s');
    laboratory.sandbox.configure(configuration(witness.url, ours));
    await laboratory.startWorker();
    const api = await laboratory.startApi();

    log('ten plain loops ...');
    const loopsBegan = await walkAll(witness, loops, (alias) =>
      scaleByPlainLoop({ url: `${witness.url}/resource/${alias}`, target, cooldownMs, requestTimeoutMs }),
    );
    log('ten scale runs ...');
    const oursBegan = await walkAll(witness, ours, async (alias) => {
      await api.scale(alias, { targetCapacity: target });
      await api.until(alias, 'is settled', ({ phase }) => phase === 'settled');
    });
    const figures = [];
    for (const [number, fault] of names.entries()) {
      figures.push({
        fault,
        loop: await walked(witness, loops[number]!, loopsBegan),
        ours: await walked(witness, ours[number]!, oursBegan),
      });
    }
    return figures;
  } finally {
    await laboratory.close();
  }
}

/** @returns when they began. */
async function walkAll(
  witness: SidecarWitness,
  aliases: readonly string[],
  walk: (alias: string) => Promise<void>,
): Promise<number> {
  const plans = Object.values(cases).flatMap((faults, number) =>
    faults.map((fault) => ({ ...fault, resource: aliases[number]! })),
  );
  await witness.setFaults({ faults: plans, seed });
  const beganAtMs = Date.now();
  await Promise.all(aliases.map(walk));
  return beganAtMs;
}

const truthSchema = z.record(z.string(), z.array(z.object({ atMs: z.number(), capacity: z.number() })));

async function walked(witness: SidecarWitness, alias: string, beganAtMs: number): Promise<Walked> {
  const truth = truthSchema.parse(await (await fetch(`${witness.url}/truth`)).json())[alias]!;
  return {
    seconds: (truth.at(-1)!.atMs - beganAtMs) / 1000,
    changes: (await witness.resource(alias)).changes.length,
    overshoot: Math.max(0, ...truth.map(({ capacity }) => capacity - target)),
    endedAt: truth.at(-1)!.capacity,
  };
}

function configuration(url: string, aliases: readonly string[]): string {
  return `
version: 1
defaults:
  platform: { type: omnistrate, url: "${url}" }
  min: ${from}
  max: 10
  step: 1
  cooldown: ${cooldownMs}ms
  settle: 4s
  waitForActive: { timeout: 1m, interval: 1s }
  requestTimeout: ${requestTimeoutMs}ms
resources:
${aliases.map((alias) => `  ${alias}: {}`).join('\n')}
`;
}
