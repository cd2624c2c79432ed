/**
 * Managed instance groups of Compute Engine, zonal and regional: the target size. A change sets the size, and carries an
 * ID with which Google itself ignores a repetition.
 */
import { z } from 'zod';
import type { CapacityChange, ChangeOutcome, Observation } from '../../../domain/scale/capacity.js';
import { report } from '../../../domain/written/issue.js';
import { oneLine } from '../../net/answer-words.js';
import { AdapterError } from '../../net/errors.js';
import { GoogleApi } from '../../net/google/api.js';
import { addressSetting } from '../../net/server-address.js';
import { asOutcome, asReadError, beforeSending } from '../outcome.js';
import { definePlatform, type Platform, type PlatformContext, type SendPermit, textOf } from '../platform.js';
import { type Operation, operationIn, operationOf, refuseFailed, requestIdOf } from './resize.js';

const settings = z
  .strictObject({
    project: z.string().min(1).describe('ID of the project.'),
    zone: z
      .string()
      .min(1)
      .optional()
      .describe('Zone of a zonal group: `europe-west1-b`. Set either `zone` or `region`.'),
    region: z.string().min(1).optional().describe('Region of a regional group: `europe-west1`.'),
    group: z.string().min(1).optional().describe('Name of the group. Default: the name of the resource.'),
    endpoint: addressSetting(['http', 'https'])
      .optional()
      .describe(
        'Address of the Compute Engine API, such as that of a private endpoint. Default: `https://compute.googleapis.com`.',
      ),
  })
  .superRefine(({ zone, region }, issues) => {
    if ((zone === undefined) !== (region === undefined)) return;
    const fix = 'set zone for a zonal group, or region for a regional group';
    report(issues, {
      path: ['zone'],
      problem: zone === undefined ? 'is missing' : 'cannot be combined with region',
      fix,
    });
  });

export const googleInstanceGroup = definePlatform({
  type: 'google-instance-group',
  summary: 'A managed instance group of Google Compute Engine, zonal or regional. The capacity is its target size.',
  settings,
  takesChanges: () => 'anyTime',
  target: (written, { resource }) => [
    textOf(written, 'project'),
    textOf(written, 'zone') ?? textOf(written, 'region'),
    textOf(written, 'group') ?? resource,
  ],
  create: (chosen, context) => new InstanceGroup(chosen, context),
});

const count = z.int().min(0).default(0);

const groupSchema = z.object({
  targetSize: z.int().min(0),
  currentActions: z.object({ none: count, refreshing: count }),
  /** `autoscaler` is the URL of the autoscaler that targets the group. */
  status: z.object({ isStable: z.boolean().optional(), autoscaler: z.string().optional() }).prefault({}),
});

const autoscalerSchema = z.object({
  autoscalingPolicy: z
    .object({
      mode: z
        .string()
        .regex(/^[A-Z_]+$/)
        .default('ON'),
    })
    .prefault({}),
});

type Group = z.output<typeof groupSchema>;

class InstanceGroup implements Platform {
  readonly #resource: string;
  readonly #name: string;
  /** `/compute/v1/projects/shop/zones/europe-west1-b`. */
  readonly #location: string;
  readonly #path: string;
  readonly #api: GoogleApi;

  constructor(
    { project, zone, region, group, endpoint }: z.output<typeof settings>,
    { resource, requestTimeoutMs }: PlatformContext,
  ) {
    this.#resource = resource;
    this.#name = group ?? resource;
    const location =
      zone === undefined ? `regions/${encodeURIComponent(region ?? '')}` : `zones/${encodeURIComponent(zone)}`;
    this.#location = `/compute/v1/projects/${encodeURIComponent(project)}/${location}`;
    this.#path = `${this.#location}/instanceGroupManagers/${encodeURIComponent(this.#name)}`;
    const address = endpoint ?? 'https://compute.googleapis.com';
    this.#api = new GoogleApi({ address, project, timeoutMs: requestTimeoutMs });
  }

  async observe(signal: AbortSignal): Promise<Observation> {
    const askedAtMs = Date.now();
    try {
      const group = await this.#read(this.#path, groupSchema, signal);
      const { targetSize, currentActions, status } = group;
      // The group applies changes to an instance that it refreshes while the instance runs.
      const ready = currentActions.none + currentActions.refreshing;
      return {
        capacity: targetSize,
        status: ready >= targetSize ? 'ACTIVE' : 'STARTING',
        ready,
        observedAtMs: askedAtMs,
        details: {
          group: this.#name,
          stable: status.isStable === true ? 'yes' : 'no',
          ...(status.autoscaler !== undefined && { autoscaler: nameIn(status.autoscaler) }),
        },
      };
    } catch (error) {
      throw asReadError(error, this.#resource, advice);
    }
  }

  async change(
    { from, to, idempotencyKey }: CapacityChange,
    permit: SendPermit,
    signal: AbortSignal,
  ): Promise<ChangeOutcome> {
    try {
      const group = await beforeSending(this.#read(this.#path, groupSchema, signal));
      await beforeSending(this.#refuseAutoscaled(group, signal));
      if (group.targetSize !== from) {
        const what = `the target size is ${group.targetSize}, not ${from}: another writer has changed it`;
        throw new AdapterError('conflict', what);
      }
      const query = { size: String(to), requestId: requestIdOf(`${this.#path} ${idempotencyKey}`) };
      const answer = await this.#api.change({ path: `${this.#path}/resize`, query }, permit, signal);
      refuseFailed(await this.#ended(operationIn(answer), signal));
      return { outcome: 'accepted' };
    } catch (error) {
      return asOutcome(error);
    }
  }

  async notes(signal: AbortSignal): Promise<readonly string[]> {
    const autoscaler = await this.#autoscalerOf(await this.#read(this.#path, groupSchema, signal), signal);
    return autoscaler === undefined ? [] : [`every change will be refused: ${autoscaler}`];
  }

  async close(): Promise<void> {
    this.#api.close();
  }

  /**
   * Google refuses to resize a regional group with an autoscaler. For a zonal group the documentation does not say so, and
   * the autoscaler would undo the change.
   */
  async #refuseAutoscaled(group: Group, signal: AbortSignal): Promise<void> {
    const autoscaler = await this.#autoscalerOf(group, signal);
    if (autoscaler !== undefined) throw new AdapterError('invalid', autoscaler);
  }

  /** What prevents changes, if an autoscaler of Compute Engine does. */
  async #autoscalerOf({ status }: Group, signal: AbortSignal): Promise<string | undefined> {
    if (status.autoscaler === undefined) return undefined;
    const name = nameIn(status.autoscaler);
    // Not the URL of the response: a token is sent only to the endpoint.
    const path = `${this.#location}/autoscalers/${encodeURIComponent(name)}`;
    const { mode } = (await this.#read(path, autoscalerSchema, signal)).autoscalingPolicy;
    if (mode === 'OFF') return undefined;
    return (
      `the autoscaler "${name}" with mode ${mode} scales the group, and two autoscalers of one group undo each ` +
      "other's changes. Set its mode to OFF, or remove the resource from Escapement"
    );
  }

  /**
   * The operation when it has ended. If that cannot be read, later observations of the group show the result.
   */
  async #ended(started: Operation | undefined, signal: AbortSignal): Promise<Operation | undefined> {
    if (started === undefined || started.status === 'DONE') return started;
    const path = `${this.#location}/operations/${encodeURIComponent(started.name)}/wait`;
    try {
      return operationOf(await this.#api.read({ method: 'POST', path }, signal));
    } catch (error) {
      if (error instanceof AdapterError) return undefined;
      throw error;
    }
  }

  async #read<Schema extends z.ZodType>(path: string, schema: Schema, signal: AbortSignal): Promise<z.output<Schema>> {
    const parsed = schema.safeParse(await this.#api.read({ path }, signal));
    if (parsed.success) return parsed.data;
    const problems = parsed.error.issues.map(({ path: at, message }) => [...at, message].join(': ')).join('; ');
    throw new AdapterError('malformed', `the response to GET ${path} has an unexpected form (${problems})`);
  }
}

const advice = {
  denied: 'The service account needs the permissions that docs/platforms/google-instance-group.md lists.',
  missing: 'Check platform.project, platform.zone or platform.region, and platform.group.',
  notSent: 'Check platform.endpoint, and the network between this machine and the Compute Engine API.',
  throttled: 'The project exceeds the request rate of the Compute Engine API. Raise waitForActive.interval.',
} as const;

/** `https://www.googleapis.com/compute/v1/projects/shop/zones/europe-west1-b/autoscalers/web` -> `web`. */
function nameIn(url: string): string {
  return oneLine(url.slice(url.lastIndexOf('/') + 1));
}
