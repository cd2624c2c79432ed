/** A process loads the code that its configuration needs, and no client of another system. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { Installation } from './installation.js';

let installation: Installation;

beforeAll(async () => {
  installation = await Installation.create();
  installation.sandbox.env.NODE_V8_COVERAGE = join(installation.sandbox.folder, 'coverage');
  await installation.start({ worker: { capacity: 1 } });
  installation.worker.signal('SIGTERM');
  installation.apiProgram.signal('SIGTERM');
  await Promise.all([installation.worker.ended, installation.apiProgram.ended]);
});
afterAll(() => installation.close());

it('a worker loads no route of the API, no simulator, and no client that its configuration does not use', () => {
  const loaded = loadedBy('/cli/commands/worker.js');
  expect(loaded).toContainEqual(expect.stringMatching(/\/adapters\/platforms\/omnistrate\.js$/));
  expect(loaded.filter((file) => clients.test(file))).toEqual([]);
  expect(loaded.filter((file) => /\/dist\/src\/(simulator|api\/(fleet|scale|backtest))\//.test(file))).toEqual([]);
});

it('an API loads no worker, and no client of a platform or source', () => {
  const loaded = loadedBy('/cli/commands/api.js');
  expect(loaded).toContainEqual(expect.stringMatching(/\/api\/server\.js$/));
  expect(loaded.filter((file) => clients.test(file))).toEqual([]);
  expect(loaded.filter((file) => /@temporalio\/worker|\/openapi\.js$|zod-openapi/.test(file))).toEqual([]);
});

/** The packages that talk to other systems than Temporal, apart from the HTTP client that most platforms share. */
const clients =
  /node_modules\/(@aws-sdk|@smithy|@azure|@google-cloud|google-auth-library|@kubernetes|kafkajs|@confluentinc|@platformatic|mongodb|mysql2|pg|amqplib|ioredis|redis|@redis|nats|@nats-io)\//;

/** The files that one process has loaded, as V8 recorded them when the process ended. */
function loadedBy(command: string): readonly string[] {
  const folder = installation.sandbox.env.NODE_V8_COVERAGE ?? '';
  const records = readdirSync(folder).map((name) => {
    const { result } = JSON.parse(readFileSync(join(folder, name), 'utf8')) as { result: readonly { url: string }[] };
    return result.map(({ url }) => url);
  });
  return records.filter((urls) => urls.some((url) => url.endsWith(command))).flat();
}
