/** What runs where nothing is configured: one simulated resource, with times that a person can watch. */
import { z } from 'zod';
import { byAlias, resourceConfig, type Config } from '../config.js';
import { parseEnvironment, trueOrFalse } from './variables.js';
import type { Environment } from '../file/placeholders.js';
import { resourceSchema } from '../schema/resource.js';

/** @throws ConfigError where DRY_RUN makes no sense. */
export function demoConfig(environment: Environment): Config {
  const { DRY_RUN: dryRun } = parseEnvironment(z.object({ DRY_RUN: trueOrFalse.prefault('false') }), environment);
  const worker = resourceSchema.parse({
    platform: 'omnistrate',
    min: 1,
    max: 10,
    step: 1,
    cooldown: '5s',
    settle: '2s',
    waitForActive: { timeout: '1m', interval: '1s' },
    requestTimeout: '5s',
    dryRun,
  });
  return { source: 'demo', resources: byAlias([resourceConfig('worker', worker)]), warnings: [] };
}
