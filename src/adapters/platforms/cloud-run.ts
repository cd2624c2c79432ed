/** Google Cloud Run: the number of instances of a service, or its minimum. */
import type { ServicesClient, protos } from '@google-cloud/run';
import { z } from 'zod';
import type { CapacityChange, ChangeOutcome, Observation, ResourceStatus } from '../../domain/scale/capacity.js';
import { oneLine } from '../net/answer-words.js';
import type { TimedCall } from '../net/deadline.js';
import { AdapterError } from '../net/errors.js';
import { grpcStatusOf } from '../net/grpc.js';
import { Lazy } from '../net/lazy.js';
import { checkPermit } from '../net/send-permit.js';
import { TunnellingAgent } from '../net/tunnel.js';
import { detailsOnMaximum, maximumFor } from './driven-maximum.js';
import { asOutcome, asReadError, beforeSending, notesIfRead } from './outcome.js';
import { definePlatform, type Platform, type PlatformContext, type SendPermit, textOf } from './platform.js';
import { callSdk, ignoreWaitTimeout, type SdkAnswer } from './sdk-call.js';

type Service = protos.google.cloud.run.v2.IService;

const settings = z
  .strictObject({
    project: z.string().min(1).describe('ID of the project.'),
    region: z.string().min(1).describe('Region: `europe-west1`.'),
    service: z.string().min(1).optional().describe('Name of the service. Default: the name of the resource.'),
    scaling: z
      .enum(['manual', 'minimum'])
      .default('manual')
      .describe(
        '`manual`: the capacity is the number of instances. `minimum`: it is the minimum, and Cloud Run adds instances.',
      ),
    maximum: z
      .enum(['keep', 'max'])
      .default('keep')
      .describe(
        'What a change does with the maximum number of instances of the service, with `scaling: minimum`. `keep`: ' +
          'nothing. `max`: set it to `max` of the resource.',
      ),
  })
  .refine(({ scaling, maximum }) => scaling === 'minimum' || maximum === 'keep', {
    error: '`maximum: max` needs `scaling: minimum`, because manual scaling has no maximum',
  });

export const cloudRun = definePlatform({
  type: 'cloud-run',
  summary: 'A service on Google Cloud Run. The capacity is its manual or its minimum number of instances.',
  settings,
  takesChanges: () => 'anyTime',
  target: (written, { resource }) => [
    textOf(written, 'project'),
    textOf(written, 'region'),
    textOf(written, 'service') ?? resource,
  ],
  create: (chosen, context) => new CloudRunInstances(chosen, context, openClient),
});

/** Loaded on first use: it takes 40 MB of memory, so only processes that use it load it. */
async function openClient(): Promise<ServicesClient> {
  const { ServicesClient } = await import('@google-cloud/run');
  return throughTheProxy(new ServicesClient(cloudRunOptions));
}

/** The SDK signs in through the proxy of the environment, but its own agent for API calls does not support proxies. */
export function throughTheProxy(client: ServicesClient): ServicesClient {
  const { auth } = client;
  const signedIn = auth.fetch.bind(auth);
  const agent = new TunnellingAgent();
  // `fetch` is overloaded; the SDK calls only this overload.
  auth.fetch = (url: string, request: RequestInit) => signedIn(url, Object.assign(request, { agent }));
  return client;
}

/** HTTP instead of gRPC: a few requests an hour do not need a gRPC connection. */
export const cloudRunOptions = { fallback: true };

/** In manual mode traffic does not change the number of instances. The SDK gives an enum as its number or its name. */
const manualModes = ['2', 'MANUAL'];

export class CloudRunInstances implements Platform {
  readonly #resource: string;
  readonly #name: string;
  readonly #scaling: z.output<typeof settings>['scaling'];
  readonly #maximumFor: (capacity: number) => number | undefined;
  readonly #timeoutMs: number;
  readonly #client: Lazy<ServicesClient>;

  constructor(
    { project, region, service, scaling, maximum }: z.output<typeof settings>,
    { resource, requestTimeoutMs, bounds }: PlatformContext,
    open: () => Promise<ServicesClient>,
  ) {
    this.#resource = resource;
    this.#name = `projects/${project}/locations/${region}/services/${service ?? resource}`;
    this.#scaling = scaling;
    this.#maximumFor = (capacity) => maximumFor(maximum, capacity, bounds);
    this.#timeoutMs = requestTimeoutMs;
    this.#client = new Lazy(open);
  }

  async observe(signal: AbortSignal): Promise<Observation> {
    const askedAtMs = Date.now();
    try {
      const service = await this.#read(signal);
      return {
        capacity: this.#capacityOf(service),
        status: statusOf(service),
        observedAtMs: askedAtMs,
        details: { service: this.#name, ...said(service), ...this.#noteOn(service) },
      };
    } catch (error) {
      throw asReadError(error, this.#resource, advice);
    }
  }

  async change({ to }: CapacityChange, permit: SendPermit, signal: AbortSignal): Promise<ChangeOutcome> {
    const counts = this.#countsFor(to);
    const written = Object.entries(counts).map(([name, count]) => `${name} ${count}`);
    const call = this.#call(`UpdateService ${this.#name} ${written.join(' ')}`, signal);
    try {
      const { etag, scaling } = await beforeSending(this.#read(signal));
      const client = await this.#client.get();
      checkPermit(permit, call.name);
      // The etag that was read makes Cloud Run refuse the change if another writer was first; the change is then
      // decided again. Without the mask, Cloud Run ignores a count of zero.
      const service: Service = { name: this.#name, ...(etag && { etag }), scaling: { ...scaling, ...counts } };
      const [operation] = await callSdk(
        call,
        () => client.updateService({ service, updateMask: { paths: ['scaling'] } }, this.#options()),
        answerIn,
      );
      try {
        await callSdk(call, () => operation.promise(), answerIn).catch(ignoreWaitTimeout);
        return { outcome: 'accepted' };
      } finally {
        operation.removeAllListeners();
      }
    } catch (error) {
      return asOutcome(error);
    }
  }

  notes(signal: AbortSignal): Promise<readonly string[]> {
    return notesIfRead(async () => Object.values(this.#noteOn(await this.#read(signal))));
  }

  async close(): Promise<void> {
    const client = await this.#client.ifMade();
    await client?.close();
  }

  /** What a change sets, in one request. */
  #countsFor(to: number): Record<string, number> {
    if (this.#scaling === 'manual') return { manualInstanceCount: to };
    const maximum = this.#maximumFor(to);
    return { minInstanceCount: to, ...(maximum !== undefined && { maxInstanceCount: maximum }) };
  }

  /** The minimum may be as requested while another writer has changed the maximum. */
  #noteOn({ scaling }: Service): { readonly maximum?: string } {
    // This API has 0 for a maximum that is not set.
    const seen = scaling?.maxInstanceCount || undefined;
    return detailsOnMaximum('maxInstanceCount', seen, this.#maximumFor(scaling?.minInstanceCount ?? 0));
  }

  async #read(signal: AbortSignal): Promise<Service> {
    const client = await this.#client.get();
    const call = this.#call(`GetService ${this.#name}`, signal);
    const [service] = await callSdk(call, () => client.getService({ name: this.#name }, this.#options()), answerIn);
    return service;
  }

  #capacityOf({ scaling }: Service): number {
    if (this.#scaling === 'minimum') return scaling?.minInstanceCount ?? 0;
    if (manualModes.includes(String(scaling?.scalingMode))) return scaling?.manualInstanceCount ?? 0;
    throw new AdapterError(
      'invalid',
      `${this.#name} has automatic scaling, so it has no manual number of instances. ` +
        'Run `gcloud run services update --scaling=N`, or set platform.scaling to minimum',
    );
  }

  #call(name: string, signal: AbortSignal): TimedCall {
    return { name, signal, timeoutMs: this.#timeoutMs };
  }

  /** The caller decides whether and when to retry. */
  #options() {
    return { timeout: this.#timeoutMs, retry: null };
  }
}

const advice = {
  denied: 'The service account needs the permissions that docs/platforms/cloud-run.md lists.',
  missing: 'Check platform.project, platform.region and platform.service.',
} as const;

function statusOf({ deleteTime, reconciling, terminalCondition }: Service): ResourceStatus {
  if (deleteTime) return 'FAILED';
  if (reconciling) return 'STARTING';
  return statusByCondition[String(terminalCondition?.state)] ?? 'UNKNOWN';
}

/** The SDK gives an enum as its number or its name. */
const statusByCondition: Readonly<Record<string, ResourceStatus>> = {
  1: 'STARTING',
  2: 'STARTING',
  // The newest revision failed. Cloud Run accepts another number of instances.
  3: 'UNKNOWN',
  4: 'ACTIVE',
  CONDITION_PENDING: 'STARTING',
  CONDITION_RECONCILING: 'STARTING',
  CONDITION_FAILED: 'UNKNOWN',
  CONDITION_SUCCEEDED: 'ACTIVE',
};

function said({ terminalCondition }: Service): Record<string, string> {
  return terminalCondition?.message ? { condition: terminalCondition.message } : {};
}

function answerIn(error: Error): SdkAnswer | AdapterError | undefined {
  if (error.message.startsWith('Could not load the default credentials')) {
    return new AdapterError('denied', 'no Google credentials were found');
  }
  const { name, code } = grpcStatusOf(error) ?? {};
  // A failed operation may have the status that also reports a timeout. The outcome of the change is then unknown.
  if (code === undefined || code === 'timeout') return undefined;
  // The `message` field of Google's error response.
  return { code, said: `${name}: ${oneLine(error.message)}` };
}
