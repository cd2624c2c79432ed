/**
 * The paths of a worker: `/healthz` (the process is alive), `/readyz` (the worker is polling) and `/metrics`.
 * `/readyz` also shows the last read of each platform, which does not affect readiness: another worker would see the
 * same.
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { presentLastLook } from '../../api/health/answers.js';
import type { ServedWorker } from './serve-worker.js';
import type { Role } from './role.js';
import { listen } from './listen.js';

export async function serveHealth(role: Role, worker: ServedWorker): Promise<void> {
  const server = createServer((request, response) => {
    if (request.url === '/metrics') {
      sendMetrics(role, request, response).catch((error: unknown) => {
        role.log.error({ err: error }, 'Metrics could not be sent');
        response.destroy();
      });
      return;
    }
    const [status, body] = answerTo(request.url, role, worker);
    response.writeHead(status, { 'Content-Type': 'application/json', 'Cache-Control': 'no-store' });
    response.end(JSON.stringify(body));
  });
  const url = await listen(role, server, { what: 'the health page', port: role.settings.workerPort });
  role.log.info({ url }, 'Worker is running');
}

async function sendMetrics({ metrics }: Role, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { contentType, text } = await metrics.page(request.headers.accept);
  response.writeHead(200, { 'Content-Type': contentType, 'Cache-Control': 'no-store' }).end(text);
}

function answerTo(path: string | undefined, { live }: Role, worker: ServedWorker): [status: number, body: object] {
  if (path === '/healthz') return [200, { status: 'alive' }];
  if (path !== '/readyz') return [404, { status: 'not found', paths: ['/healthz', '/readyz', '/metrics'] }];
  const taskQueues = worker.status();
  const isReady = Object.values(taskQueues).every(({ isPolling }) => isPolling);
  const resources = Object.fromEntries(
    Object.values(live.resources)
      .filter(({ taskQueue }) => taskQueue in taskQueues)
      .map(({ alias }) => [alias, presentLastLook(worker.adapters.lastLookAt(alias))]),
  );
  const body = { status: isReady ? 'ready' : 'not ready', taskQueues, resources };
  return [isReady ? 200 : 503, body];
}
