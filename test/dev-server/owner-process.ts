/** A process that runs the embedded server, as `escapement up` does, for tests that kill it. */
import { pino } from 'pino';
import { startDevServer } from '../../src/dev-server/dev-server.js';

const [binary = '', dataDirectory = '', port, uiPort] = process.argv.slice(2);
const server = await startDevServer(
  {
    binary,
    dataDirectory,
    port: Number(port),
    uiPort: Number(uiPort),
    namespace: 'default',
    log: pino({ level: 'silent' }),
    onGivenUp: () => process.exit(1),
  },
  new AbortController().signal,
);
process.on('SIGINT', () => console.log('interrupted'));
process.on('SIGTERM', () => void server.stop().then(() => process.exit(0)));
console.log('healthy');
