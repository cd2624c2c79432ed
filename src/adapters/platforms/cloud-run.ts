/** Google Cloud Run: the instances of a service, or the least number of them. */
import type { ServicesClient, protos } from '@google-cloud/run';
import { z } from 'zod';
import type { CapacityChange, ChangeOutcome, Observation, ResourceStatus } from '../../domain/scale/capacity.js';
import { oneLine } from '../net/answer-words.js';
import type { TimedCall } from '../net/deadline.js';
import { AdapterError } from '../net/errors.js';
import { grpcStatusOf } from '../net/grpc.js';
import { checkPermit } from '../net/send-permit.js';
import { TunnellingAgent } from '../net/tunnel.js';
import { asOutcome, asReadError, beforeSending } from './outcome.js';
import { definePlatform, type Platform, type PlatformContext, type SendPermit, textOf } from './platform.js';
import { callSdk, stillUnderWay, type SdkAnswer } from './sdk-call.js';

type Service = protos.google.cloud.run.v2.IService;

const settings = z.strictObject({
  project: z.string().min(1).describe('ID of the project.'),
  region: z.string().min(1).describe('Region: `europe-west1`.'),
  service: z.string().min(1).optional().describe('Name of the service, where it is not the name it has here.'),
  scaling: z
    .enum(['manual', 'minimum'])
    .default('manual')
    .describe(
      '`manual`: the capacity is the number of instances. `minimum`: it is the least of them, and Cloud Run adds.',
    ),
});

export const cloudRun = definePlatform({
  type: 'cloud-run',
  summary: 'A service on Google Cloud Run, by its manual number or its minimum of instances.',
  settings,
  takesChanges: () => 'anyTime',
  target: (written, { resource }) => [
    textOf(written, 'project'),
    textOf(written, 'region'),
    textOf(written, 'service') ?? resource,
  ],
  create: (chosen, context) => new CloudRunInstances(chosen, context, openClient),
});

/** Loaded on first use: it costs 40 MB, which only those who use it should pay. */
async function openClient(): Promise<ServicesClient> {
  const { ServicesClient } = await import('@google-cloud/run');
  return throughTheProxy(new ServicesClient(cloudRunOptions));
}

/** The SDK signs in through the proxy of the environment, and then gives its calls an agent of its own, which knows none. */
export function throughTheProxy(client: ServicesClient): ServicesClient {
  const { auth } = client;
  const signedIn = auth.fetch.bind(auth);
  const agent = new TunnellingAgent();
  // Of the forms that it has, the SDK uses this one.
  auth.fetch = (url: string, request: RequestInit) => signedIn(url, Object.assign(request, { agent }));
  return client;
}

/** Plain HTTP: a few requests an hour need no gRPC. */
export const cloudRunOptions = { fallback: true };

/** Instances are what a person set, whatever the traffic. The SDK gives an enum as its number or its name. */
const manualModes = ['2', 'MANUAL'];

export class CloudRunInstances implements Platform {
  readonly #resource: string;
  readonly #name: string;
  readonly #scaling: z.output<typeof settings>['scaling'];
  readonly #timeoutMs: number;
  readonly #open: () => Promise<ServicesClient>;
  #client: Promise<ServicesClient> | undefined;

  constructor(
    { project, region, service, scaling }: z.output<typeof settings>,
    { resource, requestTimeoutMs }: PlatformContext,
    open: () => Promise<ServicesClient>,
  ) {
    this.#resource = resource;
    this.#name = `projects/${project}/locations/${region}/services/${service ?? resource}`;
    this.#scaling = scaling;
    this.#timeoutMs = requestTimeoutMs;
    this.#open = open;
  }

  async observe(signal: AbortSignal): Promise<Observation> {
    const askedAtMs = Date.now();
    try {
      const service = await this.#read(signal);
      return {
        capacity: this.#capacityOf(service),
        status: statusOf(service),
        observedAtMs: askedAtMs,
        details: { service: this.#name, ...said(service) },
      };
    } catch (error) {
      throw asReadError(error, this.#resource, advice);
    }
  }

  async change({ to }: CapacityChange, permit: SendPermit, signal: AbortSignal): Promise<ChangeOutcome> {
    const count = this.#scaling === 'manual' ? 'manualInstanceCount' : 'minInstanceCount';
    const call = this.#call(`UpdateService ${this.#name} ${count} ${to}`, signal);
    try {
      const { etag, scaling } = await beforeSending(this.#read(signal));
      const client = await this.#opened();
      checkPermit(permit, call.name);
      // With the etag that was read: whoever was quicker wins, and the change is decided anew. The mask makes a zero count.
      const service: Service = { name: this.#name, ...(etag && { etag }), scaling: { ...scaling, [count]: to } };
      const [operation] = await callSdk(
        call,
        () => client.updateService({ service, updateMask: { paths: ['scaling'] } }, this.#options()),
        answerIn,
      );
      try {
        await callSdk(call, () => operation.promise(), answerIn).catch(stillUnderWay);
        return { outcome: 'accepted' };
      } finally {
        operation.removeAllListeners();
      }
    } catch (error) {
      return asOutcome(error);
    }
  }

  async close(): Promise<void> {
    const client = await this.#client;
    await client?.close();
  }

  async #read(signal: AbortSignal): Promise<Service> {
    const client = await this.#opened();
    const call = this.#call(`GetService ${this.#name}`, signal);
    const [service] = await callSdk(call, () => client.getService({ name: this.#name }, this.#options()), answerIn);
    return service;
  }

  #capacityOf({ scaling }: Service): number {
    if (this.#scaling === 'minimum') return scaling?.minInstanceCount ?? 0;
    if (manualModes.includes(String(scaling?.scalingMode))) return scaling?.manualInstanceCount ?? 0;
    throw new AdapterError(
      'invalid',
      `${this.#name} is scaled by Cloud Run itself: \`gcloud run services update --scaling=N\` gives it a number of ` +
        'instances, or set platform.scaling to minimum',
    );
  }

  #call(name: string, signal: AbortSignal): TimedCall {
    return { name, signal, timeoutMs: this.#timeoutMs };
  }

  /** The caller decides whether and when to retry. */
  #options() {
    return { timeout: this.#timeoutMs, retry: null };
  }

  #opened(): Promise<ServicesClient> {
    this.#client ??= this.#open();
    return this.#client;
  }
}

const advice = {
  denied: 'The service account needs the rights that docs/platforms/cloud-run.md lists.',
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
  // Of the newest revision: another number of instances is taken all the same.
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
  // An operation may end with what else stands for a timeout: nothing is known of the change then.
  if (code === undefined || code === 'timeout') return undefined;
  // What Google's error says in its field `message`.
  return { code, said: `${name}: ${oneLine(error.message)}` };
}
