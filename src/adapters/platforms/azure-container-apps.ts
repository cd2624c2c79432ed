/**
 * Azure Container Apps: the minimum of replicas of an app, and its maximum where the settings say so. Its scale rules,
 * which may add replicas between the two, are not changed.
 */
import type { ContainerApp, ContainerAppsAPIClient, Replica } from '@azure/arm-appcontainers';
import { z } from 'zod';
import type { CapacityChange, ChangeOutcome, Observation, ResourceStatus } from '../../domain/scale/capacity.js';
import { failureInWords, oneLine } from '../net/answer-words.js';
import type { TimedCall } from '../net/deadline.js';
import { AdapterError } from '../net/errors.js';
import { parseRetryAfter } from '../net/http/retry-after.js';
import { codeOfStatus } from '../net/http/status.js';
import { Lazy } from '../net/lazy.js';
import { checkPermit } from '../net/send-permit.js';
import { detailsOnMaximum, maximumFor } from './driven-maximum.js';
import { asOutcome, asReadError, beforeSending, notesIfRead } from './outcome.js';
import { definePlatform, type Platform, type PlatformContext, type SendPermit, textOf } from './platform.js';
import { callSdk, ignoreWaitTimeout, type SdkAnswer } from './sdk-call.js';

const settings = z.strictObject({
  subscription: z.string().min(1).describe('ID of the subscription.'),
  resourceGroup: z.string().min(1).describe('Name of the resource group.'),
  app: z.string().min(1).optional().describe('Name of the container app. Default: the name of the resource.'),
  maximum: z
    .enum(['keep', 'max', 'capacity'])
    .default('keep')
    .describe(
      'What a change does with `maxReplicas`, up to which the scale rules of the app add replicas. `keep`: raise it where ' +
        'the new minimum exceeds it. `max`: set it to `max` of the resource. `capacity`: set it to the new minimum, so ' +
        'that the scale rules add no replicas.',
    ),
});

export const azureContainerApps = definePlatform({
  type: 'azure-container-apps',
  summary: 'An app on Azure Container Apps. The capacity is its minimum number of replicas.',
  settings,
  takesChanges: () => 'anyTime',
  // Names in Azure are not case-sensitive.
  target: (written, { resource }) =>
    [textOf(written, 'subscription'), textOf(written, 'resourceGroup'), textOf(written, 'app') ?? resource].map(
      (name) => name?.toLowerCase(),
    ),
  create: (chosen, context) => new ContainerAppReplicas(chosen, context, () => openClient(chosen.subscription)),
});

/** The caller decides whether and when to retry. */
export const containerAppsOptions = { retryOptions: { maxRetries: 0 } };

/** Loaded on first use: loading takes more than a second and 47 MB of memory, so only processes that use it load it. */
async function openClient(subscription: string): Promise<ContainerAppsAPIClient> {
  const [sdk, identity] = await Promise.all([import('@azure/arm-appcontainers'), import('@azure/identity')]);
  return new sdk.ContainerAppsAPIClient(new identity.DefaultAzureCredential(), subscription, containerAppsOptions);
}

export class ContainerAppReplicas implements Platform {
  readonly #resource: string;
  readonly #app: { readonly group: string; readonly name: string };
  readonly #maximumFor: (capacity: number) => number | undefined;
  readonly #timeoutMs: number;
  readonly #client: Lazy<ContainerAppsAPIClient>;

  constructor(
    { resourceGroup, app, maximum }: Pick<z.output<typeof settings>, 'resourceGroup' | 'app' | 'maximum'>,
    { resource, requestTimeoutMs, bounds }: PlatformContext,
    open: () => Promise<ContainerAppsAPIClient>,
  ) {
    this.#resource = resource;
    this.#app = { group: resourceGroup, name: app ?? resource };
    this.#maximumFor = (capacity) => maximumFor(maximum, capacity, bounds);
    this.#timeoutMs = requestTimeoutMs;
    this.#client = new Lazy(open);
  }

  async observe(signal: AbortSignal): Promise<Observation> {
    const askedAtMs = Date.now();
    try {
      const app = await this.#read(signal);
      return {
        capacity: minimumOf(app),
        status: statusOf(app),
        observedAtMs: askedAtMs,
        ...withDetails(await this.#replicasOf(app, signal), { ...detailsOf(app), ...this.#noteOn(app) }),
      };
    } catch (error) {
      throw asReadError(error, this.#resource, advice);
    }
  }

  async change({ to }: CapacityChange, permit: SendPermit, signal: AbortSignal): Promise<ChangeOutcome> {
    const { group, name } = this.#app;
    const maximum = this.#maximumFor(to);
    const sizes = `minReplicas ${to}${maximum === undefined ? '' : ` maxReplicas ${maximum}`}`;
    const call = this.#call(`PATCH container app ${group}/${name} ${sizes}`, signal);
    try {
      const app = withReplicas(await beforeSending(this.#read(signal)), to, maximum);
      const client = await this.#client.get();
      checkPermit(permit, call.name);
      const poller = await callSdk(
        call,
        (abortSignal) => client.containerApps.beginUpdate(group, name, app, { abortSignal }),
        answerIn,
      );
      await callSdk(call, (abortSignal) => poller.pollUntilDone({ abortSignal }), answerIn).catch(ignoreWaitTimeout);
      return { outcome: 'accepted' };
    } catch (error) {
      return asOutcome(error);
    }
  }

  notes(signal: AbortSignal): Promise<readonly string[]> {
    return notesIfRead(async () => Object.values(this.#noteOn(await this.#read(signal))));
  }

  /** The minimum may be as requested while another writer has changed the maximum. */
  #noteOn(app: ContainerApp): { readonly maximum?: string } {
    const { maxReplicas } = app.template?.scale ?? {};
    return detailsOnMaximum('maxReplicas', maxReplicas, this.#maximumFor(minimumOf(app)));
  }

  /**
   * The number of ready replicas in the revisions that receive traffic. It is only displayed, so a failure of this read
   * is reported in the details and the observation succeeds.
   */
  async #replicasOf(app: ContainerApp, signal: AbortSignal): Promise<Replicas> {
    const { group, name } = this.#app;
    const client = await this.#client.get();
    try {
      let ready = 0;
      for (const revision of revisionsThatServe(app)) {
        const call = this.#call(`GET replicas of ${group}/${name}/${revision}`, signal);
        const { value } = await callSdk(
          call,
          (abortSignal) => client.containerAppsRevisionReplicas.listReplicas(group, name, revision, { abortSignal }),
          answerIn,
        );
        ready += value.filter(isReady).length;
      }
      return { ready };
    } catch (error) {
      if (!(error instanceof AdapterError) || error.code === 'stopped') throw error;
      return { why: error.message };
    }
  }

  async #read(signal: AbortSignal): Promise<ContainerApp> {
    const { group, name } = this.#app;
    const client = await this.#client.get();
    const call = this.#call(`GET container app ${group}/${name}`, signal);
    return callSdk(call, (abortSignal) => client.containerApps.get(group, name, { abortSignal }), answerIn);
  }

  #call(name: string, signal: AbortSignal): TimedCall {
    return { name, signal, timeoutMs: this.#timeoutMs };
  }
}

type Replicas = { readonly ready: number } | { readonly why: string };

function minimumOf({ template }: ContainerApp): number {
  return template?.scale?.minReplicas ?? 0;
}

function detailsOf(app: ContainerApp): Record<string, string> {
  const { provisioningState = 'unknown', runningStatus = 'unknown', latestRevisionName = 'none' } = app;
  return { provisioningState, runningStatus, latestRevisionName };
}

function withDetails(replicas: Replicas, details: Record<string, string>): Pick<Observation, 'ready' | 'details'> {
  return 'ready' in replicas
    ? { ready: replicas.ready, details }
    : { details: { ...details, replicas: `unknown: ${replicas.why}` } };
}

/**
 * A new revision receives traffic when it is ready. Until then the previous revision does. Several revisions do where a
 * person has split the traffic.
 */
function revisionsThatServe({ latestReadyRevisionName: latest, configuration }: ContainerApp): string[] {
  const { activeRevisionsMode, ingress } = configuration ?? {};
  const split = (ingress?.traffic ?? []).filter(({ weight = 0 }) => weight > 0);
  const named = split.flatMap(({ latestRevision, revisionName }) => (latestRevision ? latest : revisionName) ?? []);
  const serving = activeRevisionsMode === 'Multiple' && named.length > 0 ? named : [latest ?? []].flat();
  return [...new Set(serving)];
}

function isReady({ runningState, containers = [] }: Replica): boolean {
  return runningState === 'Running' && containers.every(({ ready }) => ready !== false);
}

const advice = {
  denied: 'The identity needs the permissions that docs/platforms/azure-container-apps.md lists.',
  missing: 'Check platform.subscription, platform.resourceGroup and platform.app.',
} as const;

/**
 * The update contains the template as it was read, with every rule and its authentication: Azure has been observed to
 * clear what a partial update omits. A maximum that is not given is only raised, and is at least 1, which Azure requires.
 */
function withReplicas({ location, template }: ContainerApp, replicas: number, maximum?: number): ContainerApp {
  const { scale } = template ?? {};
  const maxReplicas = maximum ?? Math.max(scale?.maxReplicas ?? defaultMaxReplicas, replicas, 1);
  return { location, template: { ...template, scale: { ...scale, minReplicas: replicas, maxReplicas } } };
}

/** The default of Azure. */
const defaultMaxReplicas = 10;

function statusOf({ provisioningState, runningStatus }: ContainerApp): ResourceStatus {
  if (runningStatus === 'Stopped' || runningStatus === 'Suspended') return 'PAUSED';
  return statusByProvisioning[provisioningState ?? ''] ?? 'UNKNOWN';
}

const statusByProvisioning: Readonly<Record<string, ResourceStatus>> = {
  Succeeded: 'ACTIVE',
  InProgress: 'STARTING',
  // The last update failed. Azure accepts another update, which may fix the app.
  Failed: 'UNKNOWN',
  Canceled: 'UNKNOWN',
  Deleting: 'FAILED',
};

/** The common fields of the SDK's errors. Each copy of the SDK has its own error classes, so `instanceof` fails. */
interface RestError extends Error {
  readonly statusCode?: number;
  readonly response?: {
    readonly headers: { get(name: string): string | undefined };
    readonly bodyAsText?: string | null;
  };
}

function answerIn(error: RestError): SdkAnswer | AdapterError | undefined {
  if (/Credential|Authentication/.test(error.name)) {
    return new AdapterError(
      'denied',
      `no Azure credentials were accepted (${oneLine(error.message.split('\n')[0] ?? '')})`,
    );
  }
  const { statusCode: status, response } = error;
  if (status === undefined) return undefined;
  // Not the message: for a body that the SDK cannot parse, the message is the whole body.
  const body = { contentType: response?.headers.get('content-type'), text: response?.bodyAsText ?? '' };
  return {
    code: codeOfStatus(status),
    said: failureInWords(status, body),
    retryAfterMs: parseRetryAfter(response?.headers.get('retry-after')),
  };
}
