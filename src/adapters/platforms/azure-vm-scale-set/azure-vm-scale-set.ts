/** Azure Virtual Machine Scale Sets: the capacity of a set, in both orchestration modes. */
import { z } from 'zod';
import type { CapacityChange, ChangeOutcome, Observation, ResourceStatus } from '../../../domain/scale/capacity.js';
import { AzureApi } from '../../net/azure/api.js';
import { azureClouds } from '../../net/azure/clouds.js';
import { EntraAuthorization, identitySettings } from '../../net/azure/identity.js';
import { AdapterError } from '../../net/errors.js';
import { acceptedAnswer } from '../../net/http/answer.js';
import type { HttpResult } from '../../net/http/request.js';
import { parseJson } from '../../net/json.js';
import { addressSetting } from '../../net/server-address.js';
import { asOutcome, asReadError, beforeSending } from '../outcome.js';
import { definePlatform, type Platform, type PlatformContext, type SendPermit, textOf } from '../platform.js';
import { autoscaleNote } from './autoscale-note.js';
import { readyInstances, type ScaleSetPath } from './ready-instances.js';

const settings = z.strictObject({
  subscription: z.string().min(1).describe('ID of the subscription.'),
  resourceGroup: z.string().min(1).describe('Name of the resource group.'),
  scaleSet: z.string().min(1).optional().describe('Name of the scale set. Default: the name of the resource.'),
  ...identitySettings,
  endpoint: addressSetting(['http', 'https'])
    .optional()
    .describe('Address of Azure Resource Manager, such as that of a private link. Default: the address in the cloud.'),
});

export const azureVmScaleSet = definePlatform({
  type: 'azure-vm-scale-set',
  summary: 'A Virtual Machine Scale Set on Azure, Uniform or Flexible. The capacity is the number of its instances.',
  settings,
  takesChanges: () => 'anyTime',
  // Names in Azure are not case-sensitive.
  target: (written, { resource }) =>
    [textOf(written, 'subscription'), textOf(written, 'resourceGroup'), textOf(written, 'scaleSet') ?? resource].map(
      (name) => name?.toLowerCase(),
    ),
  create: (chosen, context) => new VmScaleSet(chosen, context),
});

/** Supports both orchestration modes. */
const apiVersion = '2024-07-01';

const scaleSetSchema = z.object({
  sku: z.looseObject({ capacity: z.int().min(0) }).optional(),
  properties: z.object({
    provisioningState: z.string().default('unknown'),
    // Absent for sets that are older than the Flexible mode.
    orchestrationMode: z.enum(['Uniform', 'Flexible']).default('Uniform'),
  }),
});

type ScaleSet = z.output<typeof scaleSetSchema>;
type Sku = NonNullable<ScaleSet['sku']>;

class VmScaleSet implements Platform {
  readonly #resource: string;
  readonly #path: ScaleSetPath;
  readonly #api: AzureApi;

  constructor(chosen: z.output<typeof settings>, { resource, requestTimeoutMs }: PlatformContext) {
    const { manager } = azureClouds[chosen.cloud];
    const escaped = [chosen.subscription, chosen.resourceGroup, chosen.scaleSet ?? resource].map(encodeURIComponent);
    const [subscription = '', group = '', name = ''] = escaped;
    const groupPath = `/subscriptions/${subscription}/resourceGroups/${group}`;
    this.#resource = resource;
    this.#path = { group: groupPath, set: `${groupPath}/providers/Microsoft.Compute/virtualMachineScaleSets/${name}` };
    this.#api = new AzureApi({
      url: chosen.endpoint ?? manager,
      authorization: new EntraAuthorization(chosen, manager),
      timeoutMs: requestTimeoutMs,
    });
  }

  async observe(signal: AbortSignal): Promise<Observation> {
    const askedAtMs = Date.now();
    try {
      const set = await this.#read(signal);
      const { provisioningState, orchestrationMode } = set.properties;
      const instances = await this.#ready(orchestrationMode, signal);
      return {
        capacity: skuOf(set).capacity,
        status: statusByProvisioning[provisioningState] ?? 'UNKNOWN',
        observedAtMs: askedAtMs,
        ...('ready' in instances && { ready: instances.ready }),
        details: {
          ...{ provisioningState, orchestrationMode },
          ...('why' in instances && { instances: `unknown: ${instances.why}` }),
        },
      };
    } catch (error) {
      throw asReadError(error, this.#resource, advice);
    }
  }

  /** Accepted as soon as Azure has started the change. It creates the instances in the following minutes. */
  async change({ to }: CapacityChange, permit: SendPermit, signal: AbortSignal): Promise<ChangeOutcome> {
    try {
      const sku = skuOf(await beforeSending(this.#read(signal)));
      const body = { sku: { ...sku, capacity: to } };
      const request = { method: 'PATCH', path: this.#path.set, query: { 'api-version': apiVersion }, body } as const;
      acceptedOrExplained(await this.#api.change({ ...request, permit }, signal), `PATCH ${this.#path.set}`);
      return { outcome: 'accepted' };
    } catch (error) {
      return asOutcome(error);
    }
  }

  /** Another writer of the capacity, if Azure Monitor has one for this set. */
  async notes(signal: AbortSignal): Promise<readonly string[]> {
    return autoscaleNote(this.#api, this.#path, signal);
  }

  async close(): Promise<void> {
    this.#api.close();
  }

  #read(signal: AbortSignal): Promise<ScaleSet> {
    return this.#api.json({ path: this.#path.set, query: { 'api-version': apiVersion } }, scaleSetSchema, signal);
  }

  /** It is only displayed, so a failure of this read is reported in the details and the observation succeeds. */
  async #ready(
    mode: ScaleSet['properties']['orchestrationMode'],
    signal: AbortSignal,
  ): Promise<{ readonly ready: number } | { readonly why: string }> {
    try {
      return { ready: await readyInstances(this.#api, { ...this.#path, mode, apiVersion }, signal) };
    } catch (error) {
      if (!(error instanceof AdapterError) || error.code === 'stopped') throw error;
      return { why: error.message };
    }
  }
}

/** @throws AdapterError for a Flexible set without a profile, whose virtual machines are added by hand. */
function skuOf({ sku }: ScaleSet): Sku {
  if (sku !== undefined) return sku;
  throw new AdapterError('invalid', 'the scale set has no capacity, because it has no profile of its virtual machines');
}

const statusByProvisioning: Readonly<Record<string, ResourceStatus>> = {
  Succeeded: 'ACTIVE',
  Creating: 'STARTING',
  Updating: 'STARTING',
  // The last operation failed or was replaced. Azure accepts another change.
  Failed: 'UNKNOWN',
  Canceled: 'UNKNOWN',
  Deleting: 'FAILED',
};

const failureSchema = z.object({ error: z.object({ code: z.string(), message: z.string().default('') }) });

/** Azure uses status 409 for a quota as well as for another operation in progress. */
function acceptedOrExplained(result: HttpResult, request: string): void {
  try {
    acceptedAnswer(result, request);
  } catch (error) {
    if (!(error instanceof AdapterError) || error.code !== 'conflict' || !isAboutSize(result)) throw error;
    throw new AdapterError('refused', error.message, error);
  }
}

function isAboutSize(result: HttpResult): boolean {
  if (result.kind !== 'answered' || !('text' in result.body)) return false;
  const parsed = failureSchema.safeParse(parseJson(result.body.text));
  const { code = '', message = '' } = parsed.data?.error ?? {};
  return /Quota|Allocation|SkuNotAvailable/i.test(code) || (code === 'OperationNotAllowed' && /quota/i.test(message));
}

const advice = {
  denied: 'The identity needs the permissions that docs/platforms/azure-vm-scale-set.md lists.',
  missing: 'Check platform.subscription, platform.resourceGroup and platform.scaleSet.',
  invalid: 'Escapement scales a set that has a profile.',
  notSent: 'Check the network, HTTPS_PROXY and platform.cloud.',
} as const;
