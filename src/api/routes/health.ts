/** `GET /healthz`: this process is alive. `GET /readyz`: and what it needs is there. Open to everybody. */
import type { RequestHandler, Router } from 'express';
import type { Check, ReadinessAnswer } from '../answers.js';
import type { ApiContext } from '../api-context.js';
import { asProblem } from '../problem-handler.js';
import { isTemporalTrouble } from '../../client/grpc-status.js';
import { route } from '../route.js';

export function healthRoutes(router: Router, api: ApiContext): void {
  route(router, '/healthz', { get: [(_request, response) => void response.json({ status: 'alive' })] });
  route(router, '/readyz', { get: [getReadiness(api)] });
}

const checkedWithinMs = 1500;

function getReadiness({ client, config, checkWorker, observe }: ApiContext): RequestHandler {
  return async (_request, response) => {
    const [temporal, worker, ...resources] = await Promise.all([
      check(() => describeNamespace()),
      check(checkWorker),
      ...Object.keys(config.resources).map(async (alias) => {
        const look = observe && ((signal: AbortSignal) => observe(alias, signal));
        return [alias, await check(look)] as const;
      }),
    ]);
    const checks = { temporal, worker, resources: Object.fromEntries(resources) };
    const isReady = [temporal, worker, ...Object.values(checks.resources)].every(({ status }) => status !== 'failing');
    const answer: ReadinessAnswer = { status: isReady ? 'ready' : 'not ready', checks };
    response.status(isReady ? 200 : 503).json(answer);
  };

  /** Needs the address, the credentials and the namespace to be right. */
  async function describeNamespace(): Promise<void> {
    const { namespace } = client.options;
    await client.withDeadline(Date.now() + checkedWithinMs, () =>
      client.workflowService.describeNamespace({ namespace }),
    );
  }
}

async function check(probe: ((signal: AbortSignal) => Promise<unknown>) | undefined): Promise<Check> {
  if (!probe) return { status: 'not checked here' };
  const deadline = AbortSignal.timeout(checkedWithinMs);
  try {
    await Promise.race([probe(deadline), rejectOn(deadline)]);
    return { status: 'ok' };
  } catch (error) {
    return { status: 'failing', detail: inWords(error) };
  }
}

function rejectOn(signal: AbortSignal): Promise<never> {
  return new Promise((_resolve, reject) => {
    signal.addEventListener('abort', () => reject(new Error(`no answer within ${checkedWithinMs / 1000} s`)));
  });
}

function inWords(error: unknown): string {
  if (isTemporalTrouble(error)) return asProblem(error).detail;
  return error instanceof Error ? error.message : String(error);
}
