/**
 * Two paths for probes of the worker: `/healthz` (the process is alive) and `/readyz` (the worker is polling).
 * `/readyz` also shows the last read of each platform, which does not affect readiness: another worker would see the
 * same.
 */
import { createServer } from 'node:http';
import { presentLastLook } from '../../api/health/answers.js';
import type { ServedWorker } from './serve-worker.js';
import type { Role } from './role.js';
import { listen } from './listen.js';

export async function serveHealth(role: Role, worker: ServedWorker): Promise<void> {
  const server = createServer((request, response) => {
    const [status, body] = answerTo(request.url, role, worker);
    response.writeHead(status, { 'Content-Type': 'application/json', 'Cache-Control': 'no-store' });
    response.end(JSON.stringify(body));
  });
  const url = await listen(role, server, { what: 'the health page', port: role.settings.workerPort });
  role.log.info({ url }, 'Worker is running');
}

function answerTo(path: string | undefined, { live }: Role, worker: ServedWorker): [status: number, body: object] {
  if (path === '/healthz') return [200, { status: 'alive' }];
  if (path !== '/readyz') return [404, { status: 'not found', paths: ['/healthz', '/readyz'] }];
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
