/** What a simulated sidecar in a process of its own has seen: every call that reached it, and the true capacity over time. */
import { z } from 'zod';
import type { faultPlanSchema } from '../../src/simulator/fault.js';

const truthSchema = z.record(z.string(), z.array(z.object({ atMs: z.number(), capacity: z.number() })));

const logSchema = z.object({
  calls: z.array(
    z.object({
      atMs: z.number(),
      method: z.string(),
      path: z.string(),
      body: z.string(),
      idempotencyKey: z.string().optional(),
      traceparent: z.string().optional(),
      fault: z.string().optional(),
      applied: z.object({ units: z.number(), atMs: z.number() }).optional(),
      answered: z.string().optional(),
    }),
  ),
});

export interface SeenChange {
  /** When it reached the sidecar. */
  readonly atMs: number;
  readonly direction: 'up' | 'down';
  readonly key: string;
  readonly traceparent: string | undefined;
  /** When it took effect, or will; undefined where it never does. */
  readonly appliedAtMs: number | undefined;
  /** A status, or what the sidecar did instead of answering. */
  readonly answered: string | undefined;
}

export interface SeenResource {
  /** Every true capacity there has been, oldest first. */
  readonly capacities: readonly number[];
  /** Oldest first, those that were refused included. */
  readonly changes: readonly SeenChange[];
}

export class SidecarWitness {
  constructor(readonly url: string) {}

  async setFaults(plan: z.input<typeof faultPlanSchema>): Promise<void> {
    await this.#call('PUT', '/faults', plan);
  }

  async setStatus(resource: string, status: string | null): Promise<void> {
    await this.#call('PUT', `/resource/${resource}/status`, { status });
  }

  async resource(alias: string): Promise<SeenResource> {
    const { resources } = await this.testimony();
    const seen = resources.get(alias);
    if (!seen) throw new Error(`The sidecar has no ${alias}`);
    return seen;
  }

  /** With the number of calls that met a fault. */
  async testimony(): Promise<{ readonly resources: ReadonlyMap<string, SeenResource>; readonly faults: number }> {
    const truth = truthSchema.parse(await this.#call('GET', '/truth'));
    const { calls } = logSchema.parse(await this.#call('GET', '/log'));
    const resources = new Map(
      Object.entries(truth).map(([alias, capacities]) => [
        alias,
        { capacities: capacities.map(({ capacity }) => capacity), changes: changesOf(alias, calls) },
      ]),
    );
    return { resources, faults: calls.filter(({ fault }) => fault !== undefined).length };
  }

  async #call(method: string, path: string, body?: unknown): Promise<unknown> {
    const response = await fetch(this.url + path, {
      method,
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${await response.text()}`);
    return response.json();
  }
}

function changesOf(alias: string, calls: z.output<typeof logSchema>['calls']): SeenChange[] {
  return calls
    .filter(({ method, path }) => method === 'POST' && path.startsWith(`/resource/${alias}/`))
    .map(({ atMs, path, body, idempotencyKey = '', traceparent, applied, answered }) => ({
      atMs,
      direction: isUp(path, body) ? 'up' : 'down',
      key: idempotencyKey,
      traceparent,
      appliedAtMs: applied?.atMs,
      answered,
    }));
}

/** Who sets a size says where it was as well. */
function isUp(path: string, body: string): boolean {
  if (!path.endsWith('/size')) return path.endsWith('/add');
  const { from, size } = z.object({ from: z.number(), size: z.number() }).parse(JSON.parse(body));
  return size > from;
}
