import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { pino } from 'pino';
import { byAlias, resourceConfig } from '../../src/config/config.js';
import { resourceSchema } from '../../src/config/schema/resource.js';
import { lookAtEveryResource } from '../../src/worker/first-look.js';
import { createAdapters, type ResourceAdapters } from '../../src/worker/resource-adapters.js';
import { startSimulator, type Simulator } from '../../src/simulator/simulator.js';
import { eventually } from '../support/eventually.js';

let simulator: Simulator;
let adapters: ResourceAdapters;
let lines: { msg: string; resource: string; reason?: string }[];
let stop: AbortController;

beforeEach(async () => {
  simulator = await startSimulator({ resources: { worker: 3 } });
  const platform = { type: 'omnistrate', url: simulator.url };
  const worker = resourceSchema.parse({ platform, min: 1, max: 5 });
  adapters = await createAdapters(byAlias([resourceConfig('worker', worker)]), {}, log);
  lines = [];
  stop = new AbortController();
});
afterEach(async () => {
  stop.abort();
  await adapters.close();
  await simulator.close();
});

const log = pino({ base: {} }, { write: (line: string) => lines.push(JSON.parse(line) as (typeof lines)[number]) });
const look = () => lookAtEveryResource(['worker'], { adapters, log, signal: stop.signal });

it('tells what a platform that answers shows', async () => {
  await look();
  expect(lines).toMatchObject([{ msg: 'The platform answers', resource: 'worker', capacity: 3, status: 'ACTIVE' }]);
});

it('waits for a sidecar that does not answer, and logs once that it does not and once that it does', async () => {
  await simulator.goDown();
  let looks = 0;
  const observe = (signal: AbortSignal) => {
    looks += 1;
    return adapters.platformOf('worker').observe(signal);
  };
  const counted = { ...adapters, platformOf: () => ({ ...adapters.platformOf('worker'), observe }) };
  const looking = lookAtEveryResource(['worker'], { adapters: counted, log, signal: stop.signal });
  await eventually('it has looked three times', () => looks >= 3);
  expect(lines).toMatchObject([{ msg: 'The platform does not answer', resource: 'worker' }]);
  expect(lines[0]?.reason).toContain('ECONNREFUSED');

  await simulator.comeBack();
  await looking;
  expect(lines).toHaveLength(2);
  expect(lines[1]).toMatchObject({ msg: 'The platform answers again', resource: 'worker' });
});

it('stops looking when the process ends', async () => {
  await simulator.goDown();
  const looking = look();
  await eventually('it has been reported', () => lines.length > 0);
  stop.abort();
  await looking;
});

it('looks at many resources at once without a warning of Node', async () => {
  const many = fileURLToPath(new URL('many-resources-process.ts', import.meta.url));
  const env = { ...process.env, NODE_OPTIONS: '' };
  const { stdout } = await promisify(execFile)(process.execPath, ['--import', 'tsx', many], { env });
  expect(stdout).toBe('30 asked\n');
});
