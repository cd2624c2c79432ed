/** `escapement backtest` over a month of a signal at an interval of 15 s, with every feature of a policy. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Sandbox } from '../test/e2e/sandbox.js';
import type { Log } from './report.js';
import { median } from './statistics.js';

const intervalSeconds = 15;
const days = 30;
export const evaluations = (days * 86_400) / intervalSeconds;

/** For a recorded signal, and for a queue that the capacity drains. */
export interface BacktestFigures {
  readonly recordedMs: number;
  readonly closedLoopMs: number;
}

export async function measureBacktests(rounds: number, log: Log): Promise<BacktestFigures> {
  const sandbox = await Sandbox.create();
  try {
    const trace = join(sandbox.folder, 'load.csv');
    await writeFile(trace, dailyWaves());
    const recorded = ['--signal', `load=${trace}`];
    const closedLoop = ['--arrivals', trace, '--service-rate', '20', '--ready-after', '30s'];
    return {
      recordedMs: await timed('load', recorded),
      closedLoopMs: await timed('queue', closedLoop),
    };
  } finally {
    await sandbox.close();
  }

  async function timed(signal: string, options: readonly string[]): Promise<number> {
    const file = join(sandbox.folder, `${signal}.yaml`);
    await writeFile(file, configuration(signal));
    const tookMs: number[] = [];
    for (let round = 1; round <= rounds; round += 1) {
      const startedAtMs = performance.now();
      const program = sandbox.escapement(['backtest', file, ...options]);
      const { code } = await program.ended;
      if (code !== 0) throw new Error(`escapement backtest ended with ${code}:\n${program.output}`);
      tookMs.push(performance.now() - startedAtMs);
      log(`${signal}, round ${round}: ${tookMs.at(-1)!.toFixed(0)} ms`);
    }
    return median(tookMs);
  }
}

/** One wave per day, with non-repeating ripples, so that most evaluations make a new decision. */
function dailyWaves(): string {
  const line = (index: number): string => {
    const day = (index * intervalSeconds) / 86_400;
    return `${index * intervalSeconds},${(500 + 400 * Math.sin(day * 2 * Math.PI) + 90 * Math.sin(index * 0.7)).toFixed(1)}`;
  };
  return `time,value\n${Array.from({ length: evaluations }, (_, index) => line(index)).join('\n')}\n`;
}

function configuration(signal: string): string {
  return `version: 1
resources:
  worker:
    platform: omnistrate
    min: 0
    max: 60
    step: 2
    cooldown: 1m
    autoscale:
      interval: ${intervalSeconds}s
      signals: { ${signal}: { type: constant, value: 0 } }
      policies:
        - { type: perUnit, value: ${signal} * 1.3, target: 40, scaleInBelow: 25, average: 60s, burst: { window: 20s, above: 200% } }
        - { type: schedule, timezone: Europe/Berlin, windows: [{ days: mon-fri, from: "09:00", to: "17:00", min: 4 }] }
        - { type: forecast, value: ${signal}, target: 40, history: 14d, ahead: 10m, mode: scale }
      behavior:
        scaleUp: { policies: [{ type: Pods, value: 4, periodSeconds: 60 }] }
        scaleDown: { stabilizationWindowSeconds: 300, policies: [{ type: Percent, value: 50, periodSeconds: 60 }] }
      idle: { value: ${signal}, atOrBelow: 0, for: 5m }
`;
}
