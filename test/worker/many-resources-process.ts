/** A worker's first look at many resources, none of which answers, in a process of its own: prints the warnings of Node. */
import { createServer, type AddressInfo } from 'node:net';
import { once } from 'node:events';
import { pino } from 'pino';
import { byAlias, resourceConfig } from '../../src/config/config.js';
import { resourceSchema } from '../../src/config/schema/resource.js';
import { lookAtEveryResource } from '../../src/worker/first-look.js';
import { createAdapters } from '../../src/worker/resource-adapters.js';
import { installShutdown } from '../../src/process/shutdown.js';

process.on('warning', ({ name, message }) => console.log(`${name}: ${message}`));

const resources = Array.from({ length: 30 }, (_, index) => `worker${index}`);
const stop = { on: () => process, exit: () => undefined };
const shutdown = installShutdown({ log: pino({ level: 'silent' }), deadlineMs: 10_000, process: stop });
const asked = new Set<unknown>();
const server = createServer((socket) => {
  socket.on('error', () => undefined);
  socket.once('data', () => {
    asked.add(socket);
    if (asked.size === resources.length) shutdown.begin('all of them have been asked', 0);
  });
}).listen(0, '127.0.0.1');
await once(server, 'listening');
const platform = { type: 'omnistrate', url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` };
const configured = resources.map((alias) => resourceConfig(alias, resourceSchema.parse({ platform, min: 1, max: 5 })));
const log = pino({ level: 'silent' });
const adapters = await createAdapters(byAlias(configured), {}, log);
await lookAtEveryResource(resources, { adapters, log, signal: shutdown.stopping });
console.log(`${asked.size} asked`);
await adapters.close();
server.close();
