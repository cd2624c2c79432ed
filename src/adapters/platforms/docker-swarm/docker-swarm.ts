/** Docker Swarm: the replicas of a service. A change writes the specification back with the version that was read. */
import { z } from 'zod';
import type { CapacityChange, ChangeOutcome, Observation } from '../../../domain/scale/capacity.js';
import { AdapterError } from '../../net/errors.js';
import { tlsSettings } from '../../net/tls.js';
import { asOutcome, asReadError, beforeSending } from '../outcome.js';
import { definePlatform, type Platform, type PlatformContext, type SendPermit, siteOf, textOf } from '../platform.js';
import { defaultHost, DockerEngine, hostSetting } from './engine.js';

const settings = z.strictObject({
  service: z.string().min(1).optional().describe('Name of the service. Default: the alias of the resource.'),
  host: hostSetting
    .default(defaultHost)
    .describe('Address of the Engine API of a manager: a Unix socket, or `tcp://manager:2376` with `tls`.'),
  tls: tlsSettings.optional().describe('TLS settings of a TCP address. Default: no TLS.'),
});

export const dockerSwarm = definePlatform({
  type: 'docker-swarm',
  summary: 'The replicas of a replicated service in a Docker Swarm.',
  settings,
  takesChanges: () => 'shownAtOnce',
  target: (written, of) => {
    const host = textOf(written, 'host') ?? defaultHost;
    const site = host.startsWith('unix:') ? of.taskQueue : siteOf(host.replace(/^tcp:/, 'http:'), of);
    return [site, host, textOf(written, 'service') ?? of.resource];
  },
  create: (chosen, context) => new SwarmService(chosen, context),
});

const replicated = z.looseObject({ Replicas: z.int().min(0) });

/** Everything of the specification is sent back as it is, except for the replicas. */
const serviceSchema = z.object({
  ID: z.string(),
  Version: z.object({ Index: z.int() }),
  Spec: z.looseObject({ Name: z.string(), Mode: z.looseObject({ Replicated: replicated.optional() }) }),
  UpdateStatus: z.object({ State: z.string() }).partial().nullish(),
});

/** A list with `status=true` also contains the number of tasks that run. */
const listSchema = z.array(serviceSchema.extend({ ServiceStatus: z.object({ RunningTasks: z.int() }) }));

type Service = z.output<typeof serviceSchema>;

/** The maximum number of writes for one change. A conflict is followed by another write. */
const mostWrites = 5;

class SwarmService implements Platform {
  readonly #resource: string;
  readonly #name: string;
  readonly #engine: DockerEngine;

  constructor({ service, host, tls }: z.output<typeof settings>, { resource, requestTimeoutMs }: PlatformContext) {
    this.#resource = resource;
    this.#name = service ?? resource;
    this.#engine = new DockerEngine(host, tls, requestTimeoutMs);
  }

  async observe(signal: AbortSignal): Promise<Observation> {
    const observedAtMs = Date.now();
    try {
      const { Spec, ServiceStatus, UpdateStatus } = await this.#find(signal);
      const capacity = this.#replicasOf(Spec);
      const ready = ServiceStatus.RunningTasks;
      const update = UpdateStatus?.State;
      const isUpdating = update === 'updating' || update === 'rollback_started';
      return {
        capacity,
        status: ready >= capacity ? 'ACTIVE' : 'STARTING',
        ready,
        observedAtMs,
        ...(isUpdating && { holdsScaleIn: 'an update is in progress: Swarm replaces tasks' }),
        details: { service: this.#name, ...(update !== undefined && { update }) },
      };
    } catch (error) {
      throw asReadError(error, this.#resource, advice);
    }
  }

  async change({ from, to }: CapacityChange, permit: SendPermit, signal: AbortSignal): Promise<ChangeOutcome> {
    try {
      await this.#set({ from, to }, permit, signal);
      return { outcome: 'accepted' };
    } catch (error) {
      return asOutcome(error);
    }
  }

  /**
   * Writes with the version that was read, so that a change by another writer is not overwritten. The version also
   * changes with the status of an update. So a write that is refused as outdated is repeated, if the size is still
   * `from`.
   *
   * A manager that loses its connection to the leader sends a request to the new leader again, and the refusal may then
   * follow from its first attempt. So the outcome of a refused write is unknown until the size has been read again.
   */
  async #set(
    { from, to }: Pick<CapacityChange, 'from' | 'to'>,
    permit: SendPermit,
    signal: AbortSignal,
  ): Promise<void> {
    const version = await beforeSending(this.#engine.readVersion(signal));
    let service = await beforeSending(this.#inspect(signal));
    const before = this.#replicasOf(service.Spec);
    if (before !== from) {
      throw new AdapterError(
        'conflict',
        `the service has ${before} replicas, not ${from}: another writer has changed them`,
      );
    }
    for (let attempt = 1; ; attempt += 1) {
      const conflict = await this.#engine.post(updateOf(service, to, version), permit, signal);
      if (conflict === undefined) return;
      service = await this.#inspect(signal).catch(afterRefusal);
      const after = this.#replicasOf(service.Spec);
      if (after !== from) afterRefusal(new AdapterError('conflict', `the service now has ${after} replicas`));
      if (attempt === mostWrites) throw conflict;
    }
  }

  async close(): Promise<void> {
    this.#engine.close();
  }

  /** The filter selects by prefix. */
  async #find(signal: AbortSignal): Promise<z.output<typeof listSchema>[number]> {
    const filters = encodeURIComponent(JSON.stringify({ name: [this.#name] }));
    const services = await this.#engine.get(`/services?status=true&filters=${filters}`, listSchema, signal);
    const service = services.find(({ Spec }) => Spec.Name === this.#name);
    if (service === undefined) throw this.#missing();
    return service;
  }

  /** The Engine also finds a service by the beginning of its ID. */
  async #inspect(signal: AbortSignal): Promise<Service> {
    const service = await this.#engine.get(`/services/${encodeURIComponent(this.#name)}`, serviceSchema, signal);
    if (service.Spec.Name !== this.#name) throw this.#missing();
    return service;
  }

  #missing(): AdapterError {
    return new AdapterError('missing', `the swarm has no service ${this.#name}`);
  }

  #replicasOf({ Mode }: Service['Spec']): number {
    if (Mode.Replicated !== undefined) return Mode.Replicated.Replicas;
    throw new AdapterError(
      'invalid',
      `the service ${this.#name} is not replicated: a global service or a job has no size`,
    );
  }
}

const advice = {
  missing: 'Check platform.service, and that platform.host is a manager of its swarm.',
  denied: 'Check platform.tls, and the permissions of the client certificate.',
  failed: 'Check that platform.host is a manager of a swarm that has a leader.',
  notSent: 'Check platform.host, that the Engine runs, and that the user of the worker may open its socket.',
} as const;

function updateOf({ ID, Version, Spec }: Service, replicas: number, version: string) {
  checkNumbers(Spec);
  const Mode = { ...Spec.Mode, Replicated: { ...Spec.Mode.Replicated, Replicas: replicas } };
  const path = `/services/${encodeURIComponent(ID)}/update?version=${Version.Index}&registryAuthFrom=spec`;
  return { version, path, body: { ...Spec, Mode } };
}

/** @throws AdapterError whose outcome is unknown. */
function afterRefusal(error: unknown): never {
  if (!(error instanceof AdapterError)) throw error;
  throw new AdapterError('failed', `${error.message}, after a write that the Engine refused as outdated`);
}

/** JSON numbers beyond 2^53 are rounded when they are parsed, and would be written back with another value. */
function checkNumbers(value: unknown): void {
  if (typeof value === 'number' && Number.isInteger(value) && !Number.isSafeInteger(value)) {
    throw new AdapterError(
      'invalid',
      'the specification of the service has a number above 2^53, which cannot be written back exactly',
    );
  }
  if (typeof value === 'object' && value !== null) Object.values(value).forEach(checkNumbers);
}
