/** The usual loop: read the capacity, add or remove one unit, sleep, and retry what failed. */
import { setTimeout } from 'node:timers/promises';
import { z } from 'zod';

export interface LoopSettings {
  readonly url: string;
  readonly target: number;
  readonly cooldownMs: number;
  readonly requestTimeoutMs: number;
}

const betweenAttemptsMs = 1000;
const answerSchema = z.object({ status: z.string(), currentCapacity: z.int() });

export async function scaleByPlainLoop(settings: LoopSettings): Promise<void> {
  for (;;) {
    const { status, currentCapacity } = await again(() => readCapacity(settings));
    if (status !== 'ACTIVE') await setTimeout(betweenAttemptsMs);
    else if (currentCapacity === settings.target) return;
    else {
      await again(() => changeBy(Math.sign(settings.target - currentCapacity), settings));
      await setTimeout(settings.cooldownMs);
    }
  }
}

async function again<T>(attempt: () => Promise<T>): Promise<T> {
  for (;;) {
    try {
      return await attempt();
    } catch {
      await setTimeout(betweenAttemptsMs);
    }
  }
}

async function readCapacity(settings: LoopSettings) {
  return answerSchema.parse(await call(settings, ''));
}

async function changeBy(units: number, settings: LoopSettings): Promise<void> {
  if (units > 0) await call(settings, '/add', { capacityToBeAdded: units });
  else await call(settings, '/remove', { capacityToBeRemoved: -units });
}

async function call({ url, requestTimeoutMs }: LoopSettings, path: string, body?: object): Promise<unknown> {
  const response = await fetch(`${url}/capacity${path}`, {
    signal: AbortSignal.timeout(requestTimeoutMs),
    ...(body && { method: 'POST', body: JSON.stringify(body) }),
  });
  if (!response.ok) throw new Error(`${path}: ${response.status}`);
  return response.json();
}
