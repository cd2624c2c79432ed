import { inForce, receiverInForce } from '../../src/config/in-force.js';
import { fileOf, read } from './written.js';

async function lineFor(fields: string): Promise<string> {
  const { resources } = await read(fileOf(fields));
  return inForce(resources['worker']!);
}

const signals = 'signals: { load: { type: constant, value: 1 } }';
const kubernetes = 'platform: kubernetes\nmin: 0\nmax: 9\n';

describe('the settings in force, in one line', () => {
  test.each([
    [
      'the defaults of a platform that adds and removes units',
      'platform: omnistrate\nmin: 1\nmax: 6',
      'worker: omnistrate, 1 to 6 units, steps of 1, cooldown 5m; on request only',
    ],
    [
      'the defaults of a platform that sets a size',
      kubernetes,
      'worker: kubernetes, 0 to 9 units, steps of any size, cooldown 0s up and 5m down; on request only',
    ],
    [
      'the settings of the file',
      `${kubernetes}step: { up: 2, down: 1 }\ncooldown: { up: 90s, upAfter: up, down: 1h }\ntaskQueue: berlin\ndryRun: true`,
      'worker: kubernetes on task queue berlin, 0 to 9 units, steps of 2 up and steps of 1 down, cooldown 1m30s up after the last change up and 1h down, dry run; on request only',
    ],
    [
      'a preset and its limits',
      `platform: omnistrate\nautoscale: { ${signals}, policies: [{ type: thresholds, value: load, preset: performance }] }`,
      'worker: omnistrate, 5 to 50 units, steps of 3 up and steps of 1 down, cooldown 15s; every 15s: thresholds load; fallback: hold after 3 failures',
    ],
    [
      'a fallback that only removes units',
      `${kubernetes}autoscale: { ${signals}, policies: [{ type: perUnit, value: load, target: 2 }], fallback: { capacity: { atMost: 4 } } }`,
      'worker: kubernetes, 0 to 9 units, steps of any size, cooldown 0s up and 5m down; every 15s: perUnit load; fallback: at most 4 after 3 failures',
    ],
    [
      'several policies, behavior and idle',
      `${kubernetes}autoscale: { interval: 1m, ${signals}, policies: [{ type: fixed, capacity: 1 }, { type: perUnit, value: load, target: 2 }], combine: min, behavior: { scaleDown: { stabilizationWindowSeconds: 60 } }, idle: { value: load, for: 10m }, fallback: { after: 1, capacity: { atLeast: 2 } } }`,
      'worker: kubernetes, 0 to 9 units, steps of any size, cooldown 0s up and 5m down; every 1m: min of fixed, perUnit load; behavior; to zero after 10m without load; fallback: at least 2 after 1 failure',
    ],
  ])('%s', async (_, fields, expected) => {
    expect(await lineFor(fields)).toBe(expected);
  });
});

test.each([
  ['type: slack, url: "https://hooks.example.com/x"', 'events to ops: slack, every kind, every resource'],
  [
    'type: slack, url: "https://hooks.example.com/x", kinds: [run.failed, drift.seen], resources: [worker, "api-*"]',
    'events to ops: slack, run.failed drift.seen, of worker api-*',
  ],
])('a receiver of events has a line: %s', async (written, expected) => {
  const file = `${fileOf('platform: omnistrate\nmin: 1\nmax: 6')}\nevents:\n  ops: { ${written} }\n`;
  const { events = {} } = await read(file);
  expect(Object.entries(events).map(([name, receiver]) => receiverInForce(name, receiver))).toEqual([expected]);
});
