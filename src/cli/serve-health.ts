/** Two paths for whoever keeps the worker running: `/healthz`, it is alive; `/readyz`, it asks for work. */
import { createServer } from 'node:http';
import type { ServedWorker } from './serve-worker.js';
import type { Role } from './role.js';
import { listen } from './listen.js';

export async function serveHealth(role: Role, worker: Pick<ServedWorker, 'status'>): Promise<void> {
  const server = createServer((request, response) => {
    const [status, body] = answerTo(request.url, worker);
    response.writeHead(status, { 'Content-Type': 'application/json', 'Cache-Control': 'no-store' });
    response.end(JSON.stringify(body));
  });
  const url = await listen(role, server, 'the health page');
  role.log.info({ url }, 'The worker is up');
}

function answerTo(path: string | undefined, worker: Pick<ServedWorker, 'status'>): [status: number, body: object] {
  if (path === '/healthz') return [200, { status: 'alive' }];
  if (path !== '/readyz') return [404, { status: 'not found', paths: ['/healthz', '/readyz'] }];
  const taskQueues = worker.status();
  const isReady = Object.values(taskQueues).every(({ isPolling }) => isPolling);
  return isReady ? [200, { status: 'ready', taskQueues }] : [503, { status: 'not ready', taskQueues }];
}
