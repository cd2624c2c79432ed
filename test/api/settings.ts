/** Settings of resources that nothing is done to. */
import type { ScaleSettings } from '../../src/domain/scale/settings.js';

export const settings: ScaleSettings = {
  min: 0,
  max: 10,
  step: { up: 1, down: 1 },
  cooldownMs: { up: 0, down: 0 },
  settleMs: 1000,
  waitForActive: { timeoutMs: 1000, intervalMs: 100 },
  requestTimeoutMs: 1000,
  takesChanges: 'whenActive',
  dryRun: false,
};
