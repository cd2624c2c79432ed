/**
 * `GET /healthz`: this process is alive. `GET /readyz`: Temporal answers this process, and its worker is polling. No
 * token is required, so the routes do not read platforms: the result of the worker's last read is shown and does not
 * affect readiness.
 */
import type { RequestHandler, Router } from 'express';
import { isTemporalTrouble } from '../../client/temporal/grpc-status.js';
import { type AutoscalerCheckAnswer, type Check, type ReadinessAnswer, presentLastLook } from './answers.js';
import type { ApiContext } from '../context.js';
import { temporalInWords } from '../http/problem-handler.js';
import { route } from '../http/route.js';

export function healthRoutes(router: Router, api: ApiContext): void {
  route(router, '/healthz', { get: [(_request, response) => void response.json({ status: 'alive' })] });
  route(router, '/readyz', { get: [getReadiness(api)] });
}

const checkedWithinMs = 1500;
const notCheckedHere = { status: 'not checked here' } as const;

function getReadiness(api: ApiContext): RequestHandler {
  return async (_request, response) => {
    const temporal = await checkTemporal(api);
    const autoscalers = checkAutoscalers(api);
    const checks = { temporal, taskQueues: checkTaskQueues(api), resources: lastLooks(api), autoscalers };
    const isReady = [temporal, ...Object.values(checks.taskQueues)].every(({ status }) => status !== 'failing');
    const isDegraded = Object.values(autoscalers).some(({ status }) => status === 'degraded');
    const answer: ReadinessAnswer = { status: !isReady ? 'not ready' : isDegraded ? 'degraded' : 'ready', checks };
    response.status(isReady ? 200 : 503).json(answer);
  };
}

/** Succeeds only when the address, the credentials and the namespace are valid. */
async function checkTemporal({ client }: ApiContext): Promise<Check> {
  const { namespace } = client.options;
  try {
    await client.withDeadline(Date.now() + checkedWithinMs, () =>
      client.workflowService.describeNamespace({ namespace }),
    );
    return { status: 'ok' };
  } catch (error) {
    const inWords = isTemporalTrouble(error) ? temporalInWords(error) : String(error);
    return { status: 'failing', detail: inWords };
  }
}

/** The last known status of the worker of this process: a process that is alive and does not poll is not ready. */
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

function lastLooks({ config, lastLookAt }: ApiContext): ReadinessAnswer['checks']['resources'] {
  return Object.fromEntries(
    Object.keys(config.resources).map((alias) => [
      alias,
      lastLookAt ? presentLastLook(lastLookAt(alias)) : notCheckedHere,
    ]),
  );
}

function checkAutoscalers({ config, autoscalerCheck }: ApiContext): ReadinessAnswer['checks']['autoscalers'] {
  const autoscaled = Object.values(config.resources).filter(({ autoscale }) => autoscale);
  return Object.fromEntries(autoscaled.map(({ alias }) => [alias, checkedAutoscaler(autoscalerCheck.noticeOf(alias))]));
}

function checkedAutoscaler(notice: string | null | undefined): AutoscalerCheckAnswer {
  if (notice === undefined) return { status: 'not looked at yet' };
  return notice === null ? { status: 'ok' } : { status: 'degraded', detail: notice };
}
