/** `GET /healthz`: this process is alive. `GET /readyz`: and what it needs is there. Open to everybody. */
import type { RequestHandler, Router } from 'express';
import { isTemporalTrouble } from '../../client/grpc-status.js';
import type { Check, ReadinessAnswer } from '../answers.js';
import type { ApiContext } from '../api-context.js';
import { temporalInWords } from '../problem-handler.js';
import { route } from '../route.js';

export function healthRoutes(router: Router, api: ApiContext): void {
  route(router, '/healthz', { get: [(_request, response) => void response.json({ status: 'alive' })] });
  route(router, '/readyz', { get: [getReadiness(api)] });
}

const checkedWithinMs = 1500;
const notCheckedHere = { status: 'not checked here' } as const;

function getReadiness(api: ApiContext): RequestHandler {
  return async (_request, response) => {
    const [temporal, resources] = await Promise.all([checkTemporal(api), checkResources(api)]);
    const checks = { temporal, taskQueues: checkTaskQueues(api), resources };
    const all = [temporal, ...Object.values(checks.taskQueues), ...Object.values(resources)];
    const isReady = all.every(({ status }) => status !== 'failing');
    const answer: ReadinessAnswer = { status: isReady ? 'ready' : 'not ready', checks };
    response.status(isReady ? 200 : 503).json(answer);
  };
}

/** Needs the address, the credentials and the namespace to be right. */
async function checkTemporal({ client }: ApiContext): Promise<Check> {
  const { namespace } = client.options;
  return check(() =>
    client.withDeadline(Date.now() + checkedWithinMs, () => client.workflowService.describeNamespace({ namespace })),
  );
}

/** What the worker of this process last knew of itself: a process that lives and does not poll is not ready. */
function checkTaskQueues({ config, workerStatus }: ApiContext): Record<string, Check> {
  const statuses = workerStatus?.() ?? {};
  const taskQueues = new Set(Object.values(config.resources).map(({ taskQueue }) => taskQueue));
  const checks = [...taskQueues].map((taskQueue): [string, Check] => {
    const status = statuses[taskQueue];
    if (!status) return [taskQueue, notCheckedHere];
    return [taskQueue, status.isPolling ? { status: 'ok' } : { status: 'failing', detail: status.reason }];
  });
  return Object.fromEntries(checks);
}

async function checkResources({ config, observe }: ApiContext): Promise<Record<string, Check>> {
  const aliases = Object.keys(config.resources);
  const checks = aliases.map(async (alias): Promise<[string, Check]> => {
    return [alias, observe ? await check((signal) => observe(alias, signal)) : notCheckedHere];
  });
  return Object.fromEntries(await Promise.all(checks));
}

async function check(probe: (signal: AbortSignal) => Promise<unknown>): Promise<Check> {
  try {
    await probe(AbortSignal.timeout(checkedWithinMs));
    return { status: 'ok' };
  } catch (error) {
    return { status: 'failing', detail: inWords(error) };
  }
}

function inWords(error: unknown): string {
  if (isTemporalTrouble(error)) return temporalInWords(error);
  return error instanceof Error ? error.message : String(error);
}
