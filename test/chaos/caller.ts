/**
 * Sends the planned requests in order, and retries each until it has a response: a request with a response must be
 * done.
 */
import { randomUUID } from 'node:crypto';
import { setTimeout } from 'node:timers/promises';
import type { ApiClient, Answer } from '../e2e/api-client.js';
import type { SidecarWitness } from '../support/sidecar-witness.js';
import type { RunPlan } from './run-plan.js';

const answerWithinMs = 6000;
const betweenAttemptsMs = 300;
const nothingUnderWay = 409;

/** @throws Error if a response is neither the expected status nor 503. */
export async function callAsPlanned({ alias, turns }: RunPlan, api: ApiClient, witness: SidecarWitness): Promise<void> {
  for (const turn of turns) {
    await setTimeout(turn.afterMs);
    switch (turn.do) {
      case 'ask': {
        const headers = { 'Idempotency-Key': randomUUID() };
        await untilAnswered(202, (signal) => api.scale(alias, turn.request, headers, signal));
        break;
      }
      case 'cancel': {
        const cancel = { method: 'DELETE' };
        const path = `/v1/resources/${alias}/scale`;
        // The first attempt may have cancelled the run, and the second then finds nothing to cancel.
        await untilAnswered([202, nothingUnderWay], (signal) => api.call(path, { ...cancel, signal }));
        break;
      }
      case 'break':
        await witness.setStatus(alias, turn.status);
    }
  }
}

/** Repeats the request with the same idempotency key, as the API documentation advises, so it is applied once. */
async function untilAnswered(
  wanted: number | readonly number[],
  ask: (signal: AbortSignal) => Promise<Answer>,
): Promise<void> {
  for (;;) {
    const answer = await ask(AbortSignal.timeout(answerWithinMs)).catch(() => undefined);
    if (answer && [wanted].flat().includes(answer.status)) return;
    if (answer && answer.status !== 503) throw new Error(`answered ${answer.status}: ${JSON.stringify(answer.body)}`);
    await setTimeout(betweenAttemptsMs);
  }
}
