/**
 * The demo: a simulated sidecar replaces the real one. Like a real sidecar, it keeps its capacity when Escapement is
 * killed.
 */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import type { Config } from '../../config/config.js';
import { startSimulator } from '../../simulator/simulator.js';
import type { Role } from './role.js';

/** How long a change takes to take effect: long enough to watch, short enough to wait for. */
const startTimeMs = 2000;

/** Returns the resources with their platform set to the simulator. */
export async function startDemoWorld({ config, settings, shutdown }: Role): Promise<Config['resources']> {
  const file = join(settings.dataDir, 'simulated-capacity.json');
  const simulator = await startSimulator({
    port: settings.simulatorPort,
    startTimeMs,
    resources: { ...startOf(config.resources), ...savedIn(file) },
    onAnswer: ({ method }) => {
      if (method !== 'GET') save();
    },
  });
  shutdown.onStop('the simulator', () => simulator.close());
  return Object.fromEntries(
    Object.entries(config.resources).map(([alias, resource]) => [
      alias,
      { ...resource, platform: { type: 'omnistrate', settings: { url: simulator.url } } },
    ]),
  );

  /** Saves at once, including changes that have not taken effect yet: the process may be killed at any time. */
  function save(): void {
    const capacities = [...simulator.resources].map(([alias, resource]) => [alias, resource.at(Infinity).capacity]);
    mkdirSync(settings.dataDir, { recursive: true });
    writeFileSync(file, JSON.stringify(Object.fromEntries(capacities)));
  }
}

function startOf(resources: Config['resources']): Record<string, number> {
  return Object.fromEntries(Object.entries(resources).map(([alias, { settings }]) => [alias, settings.min]));
}

/** The demo ignores a file that is missing or was damaged by a crash. */
function savedIn(file: string): Record<string, number> {
  try {
    return z.record(z.string(), z.int().min(0)).parse(JSON.parse(readFileSync(file, 'utf8')));
  } catch {
    return {};
  }
}
