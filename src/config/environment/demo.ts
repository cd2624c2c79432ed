/**
 * The configuration that runs where nothing is configured: a simulated resource that is scaled on request, and one that
 * follows a simulated load, with times short enough for a person to watch.
 */
import { z } from 'zod';
import { byAlias, resourceConfig, type Config } from '../config.js';
import { parseEnvironment, trueOrFalse } from './variables.js';
import type { Environment } from '../file/placeholders.js';
import { policyFromSettings } from '../file/written-policy.js';
import { resourceSchema } from '../schema/resource.js';

/** The signal that the simulator produces. */
export const demoSignal = 'visitors';

/** @throws ConfigError if DRY_RUN is invalid. */
export function demoConfig(environment: Environment): Config {
  const { DRY_RUN: dryRun } = parseEnvironment(z.object({ DRY_RUN: trueOrFalse.prefault('false') }), environment);
  const simulated = {
    platform: 'omnistrate',
    min: 1,
    settle: '2s',
    waitForActive: { timeout: '1m', interval: '1s' },
    requestTimeout: '5s',
    dryRun,
  };
  const worker = resourceSchema.parse({ ...simulated, max: 10, step: 1, cooldown: '5s' });
  const shop = resourceSchema.parse({ ...simulated, ...followingVisitors });
  const writtenPolicy = policyFromSettings(followingVisitors.autoscale);
  const resources = [resourceConfig('worker', worker), { ...resourceConfig('shop', shop), writtenPolicy }];
  return { source: 'demo', resources: byAlias(resources), warnings: [] };
}

/** `up` replaces the address with that of the simulator, which may have another port. */
const followingVisitors = {
  max: 12,
  step: 2,
  cooldown: { up: '5s', down: '20s' },
  autoscale: {
    interval: '5s',
    signals: {
      [demoSignal]: { type: 'http-json', url: `http://127.0.0.1:49750/signals/${demoSignal}`, path: 'value' },
    },
    policies: [{ type: 'perUnit', value: demoSignal, target: 40, scaleInBelow: 30 }],
  },
};
