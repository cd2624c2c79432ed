/**
 * The demo: a simulated sidecar replaces the real one. Like a real sidecar, it keeps its capacity when Escapement is
 * killed.
 */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import type { Config, ResourceConfig } from '../../config/config.js';
import { demoSignal } from '../../config/environment/demo.js';
import { startSimulator } from '../../simulator/simulator.js';
import type { Role } from './role.js';

/** How long a change takes to take effect: long enough to watch, short enough to wait for. */
const startTimeMs = 2000;

/** The simulated load rises and falls once in this time: a person sees both directions within a few minutes. */
const waveMs = 6 * 60_000;

/** Returns the resources with their platform and their signals set to the simulator. */
export async function startDemoWorld({ config, settings, shutdown }: Role): Promise<Config['resources']> {
  const file = join(settings.dataDir, 'simulated-capacity.json');
  const simulator = await startSimulator({
    port: settings.simulatorPort,
    startTimeMs,
    signals: { [demoSignal]: visitorsAt },
    resources: { ...startOf(config.resources), ...savedIn(file) },
    onAnswer: ({ method }) => {
      if (method !== 'GET') save();
    },
  });
  shutdown.onStop('the simulator', () => simulator.close());
  return Object.fromEntries(
    Object.entries(config.resources).map(([alias, resource]) => [alias, simulated(resource, simulator.url)]),
  );

  /** Saves at once, including changes that have not taken effect yet: the process may be killed at any time. */
  function save(): void {
    const capacities = [...simulator.resources].map(([alias, resource]) => [alias, resource.at(Infinity).capacity]);
    mkdirSync(settings.dataDir, { recursive: true });
    writeFileSync(file, JSON.stringify(Object.fromEntries(capacities)));
  }
}

function simulated(resource: ResourceConfig, url: string): ResourceConfig {
  const signal = { type: 'http-json', settings: { url: `${url}/signals/${demoSignal}`, path: 'value' } };
  const { autoscale } = resource;
  return {
    ...resource,
    platform: { type: 'omnistrate', settings: { url } },
    ...(autoscale && { autoscale: { ...autoscale, signals: { [demoSignal]: signal } } }),
  };
}

/** Between 20 and 500. */
function visitorsAt(nowMs: number): number {
  const turn = (periodMs: number) => Math.sin((2 * Math.PI * nowMs) / periodMs);
  return Math.round(260 + 220 * turn(waveMs) + 20 * turn(waveMs / 7));
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
