/**
 * The configuration that runs where nothing is configured: one simulated resource, with times short enough for a person
 * to watch.
 */
import { z } from 'zod';
import { byAlias, resourceConfig, type Config } from '../config.js';
import { parseEnvironment, trueOrFalse } from './variables.js';
import type { Environment } from '../file/placeholders.js';
import { resourceSchema } from '../schema/resource.js';

/** @throws ConfigError if DRY_RUN is invalid. */
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
