/** Events reach a receiver although it is killed, and although Escapement is killed while the receiver is down. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { eventually } from '../support/eventually.js';
import { freePorts } from '../../scripts/services/free-ports.js';
import type { Program } from '../support/program.js';
import type { SidecarWitness } from '../support/sidecar-witness.js';
import { apiOf, Sandbox } from './sandbox.js';

interface Received {
  readonly id: string;
  readonly type: string;
  readonly time: string;
  readonly data: { readonly from?: number; readonly to?: number; readonly capacity?: number };
}

const secret = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';

let sandbox: Sandbox;
let witness: SidecarWitness;
let port: number;

beforeEach(async () => {
  sandbox = await Sandbox.create();
  witness = await sandbox.sidecar('--port', '0', '--resource', 'worker=1', '--start-time', '200ms');
  [port = 0] = await freePorts(1);
  sandbox.env.WEBHOOK_SECRET = secret;
  sandbox.configure(`
version: 1
events:
  ops: { type: cloudevents, url: "http://127.0.0.1:${port}/hook", secret: "\${WEBHOOK_SECRET}" }
resources:
  worker:
    platform: { type: omnistrate, url: "${witness.url}" }
    min: 1
    max: 9
    step: 1
    cooldown: 2s
    settle: 2s
    waitForActive: { timeout: 2m, interval: 1s }
    requestTimeout: 5s
`);
});
afterEach(() => sandbox.close());

it('every event arrives once it can: in order, signed, and with an ID of its own', async () => {
  const receiver = await startReceiver();
  const first = sandbox.escapement(['up']);
  const api = await apiOf(first);
  await api.scale('worker', { targetCapacity: 5, reason: 'a busy evening' });
  await eventually('the first change has arrived', () => received().length > 0);

  await receiver.kill();
  await eventually('another change is made', async () => (await changes()) >= 3);
  await first.kill();
  await sandbox.onlyRuns(/ simulator /);

  const second = sandbox.escapement(['up']);
  const again = await apiOf(second);
  await again.until('worker', 'has closed', ({ run }) => run?.outcome === 'reached');
  await again.scale('worker', { targetCapacity: 4 });
  await again.until(
    'worker',
    'has closed again',
    ({ run, targetCapacity }) => targetCapacity === 4 && run?.outcome === 'reached',
  );
  await second.printed(/A receiver does not take events; retrying/);
  const before = received().length;
  expect(unique().filter(isEnd)).toEqual([]);

  await startReceiver();
  await eventually('both targets have arrived', () => unique().filter(isEnd).length === 2, 180_000);
  await second.printed(/The receiver takes events again/);
  expect(received().length).toBeGreaterThan(before);
  expect(unique().map(inWords)).toEqual([
    'change 1 -> 2',
    'change 2 -> 3',
    'change 3 -> 4',
    'change 4 -> 5',
    'target.reached 5',
    'change 5 -> 4',
    'target.reached 4',
  ]);
  const times = unique().map(({ time }) => Date.parse(time));
  expect(times).toEqual(times.toSorted((one, other) => one - other));
  expect(second.output).not.toContain(secret.slice(6));
}, 300_000);

async function startReceiver(): Promise<Program> {
  const program = sandbox.script('test/support/event-receiver-process.mjs', [String(port), file(), secret]);
  await program.printed(/The receiver listens/);
  return program;
}

function file(): string {
  return join(sandbox.folder, 'events.jsonl');
}

/** As they arrived. Only those with a valid signature are there. */
function received(): Received[] {
  if (!existsSync(file())) return [];
  const lines = readFileSync(file(), 'utf8')
    .split('\n')
    .filter((line) => line !== '');
  return lines.map((line) => JSON.parse(line) as Received);
}

/** As a receiver keeps them that ignores an ID which it has seen. */
function unique(): Received[] {
  const byId = new Map<string, Received>();
  for (const event of received()) if (!byId.has(event.id)) byId.set(event.id, event);
  return [...byId.values()];
}

function isEnd({ type }: Received): boolean {
  return type === 'io.escapement.target.reached';
}

function inWords({ type, data }: Received): string {
  // The outcome of the change during which Escapement is killed may be unknown.
  const kind = type.replace('io.escapement.', '').replace(/^change\.(made|unknown)$/, 'change');
  return isEnd({ type } as Received)
    ? `${kind} ${String(data.capacity)}`
    : `${kind} ${String(data.from)} -> ${String(data.to)}`;
}

async function changes(): Promise<number> {
  return (await witness.resource('worker')).changes.length;
}
