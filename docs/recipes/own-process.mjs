/** A pool of workers inside one process, and the two requests that Escapement sends: read the pool, set its size. */
import { once } from 'node:events';
import { createServer } from 'node:http';
import { setTimeout as pause } from 'node:timers/promises';

const jobs = [];
const workers = [];
let running = 0;

/** A worker that is removed completes its job first. */
async function work(worker) {
  running += 1;
  while (!worker.isRemoved) {
    const job = jobs.shift();
    await (job === undefined ? pause(50) : job());
  }
  running -= 1;
}

function setSize(size) {
  while (workers.length > size) workers.pop().isRemoved = true;
  while (workers.length < size) {
    const worker = { isRemoved: false };
    workers.push(worker);
    void work(worker);
  }
}

const server = createServer(async (request, response) => {
  const answer = (status, body) => response.writeHead(status, { 'Content-Type': 'application/json' }).end(body);
  if (request.url === '/jobs' && request.method === 'POST') {
    jobs.push(() => pause(250));
    return answer(202, '{}');
  }
  if (request.url !== '/pool') return answer(404, '{}');
  if (request.method === 'PUT') {
    const size = await sizeIn(request);
    if (size === undefined) return answer(422, '{"error":"size is a whole number, 0 or more"}');
    setSize(size);
  }
  answer(200, JSON.stringify({ size: workers.length, running, waiting: jobs.length }));
});

async function sizeIn(request) {
  let text = '';
  for await (const part of request) text += part;
  try {
    const { size } = JSON.parse(text);
    return Number.isInteger(size) && size >= 0 ? size : undefined;
  } catch {
    return undefined;
  }
}

setSize(1);
server.listen(Number(process.env.PORT ?? 8085), '127.0.0.1');
await once(server, 'listening');
console.log(`http://127.0.0.1:${server.address().port}/pool`);
