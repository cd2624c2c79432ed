/** Amazon ECS: the desired count of a service. A change sets the count, so sending it twice has the effect of once. */
import type * as Sdk from '@aws-sdk/client-ecs';
import { z } from 'zod';
import type { CapacityChange, ChangeOutcome, Observation, ResourceStatus } from '../../../domain/scale/capacity.js';
import { awsAnswerIn, awsClientConfig, regionOfArn } from '../../net/aws.js';
import { AdapterError } from '../../net/errors.js';
import { Lazy } from '../../net/lazy.js';
import { asOutcome, asReadError } from '../outcome.js';
import { definePlatform, type Platform, type PlatformContext, type SendPermit, textOf } from '../platform.js';
import { callSdk } from '../sdk-call.js';
import { afterPermit, lastStep } from './after-permit.js';

const settings = z.strictObject({
  cluster: z.string().min(1).describe('Name or ARN of the cluster.'),
  service: z.string().min(1).optional().describe('Name or ARN of the service. Default: the name of the resource.'),
  region: z
    .string()
    .min(1)
    .optional()
    .describe(
      'AWS region. Default: the region in an ARN of `service` or `cluster`, `AWS_REGION`, `AWS_DEFAULT_REGION`, or the region of the AWS profile.',
    ),
  endpoint: z
    .url({ protocol: /^https?$/ })
    .optional()
    .describe('Address of the ECS API, such as a VPC endpoint or an emulator. Default: the address of the region.'),
});

export const ecs = definePlatform({
  type: 'ecs',
  summary: 'A service on Amazon ECS (Fargate or EC2). The capacity is its desired count.',
  settings,
  takesChanges: () => 'shownAtOnce',
  target: (written, { resource, taskQueue }) => {
    const cluster = textOf(written, 'cluster') ?? '';
    const service = textOf(written, 'service') ?? resource;
    const region = textOf(written, 'region') ?? regionOfArn(service) ?? regionOfArn(cluster);
    // The account is not part of the name: the credentials of the machine determine it.
    return [taskQueue, textOf(written, 'endpoint') ?? '', region, nameIn(cluster), nameIn(service)];
  },
  create: (chosen, context) => new EcsService(chosen, context),
});

/** `arn:aws:ecs:eu-west-1:123456789012:service/cluster/web` -> `web`. */
function nameIn(nameOrArn: string): string {
  return nameOrArn.startsWith('arn:') ? nameOrArn.slice(nameOrArn.lastIndexOf('/') + 1) : nameOrArn;
}

class EcsService implements Platform {
  readonly #resource: string;
  readonly #names: { readonly cluster: string; readonly service: string };
  readonly #timeoutMs: number;
  readonly #access: Pick<z.output<typeof settings>, 'region' | 'endpoint'>;
  /** Loaded on first use: loading takes a quarter of a second and 23 MB, so only processes that use it load it. */
  readonly #opened = new Lazy(async () => {
    const sdk = await import('@aws-sdk/client-ecs');
    return { sdk, client: new sdk.ECSClient(await awsClientConfig(this.#access, this.#timeoutMs)) };
  });

  constructor({ cluster, service, region, endpoint }: z.output<typeof settings>, context: PlatformContext) {
    this.#resource = context.resource;
    this.#names = { cluster, service: service ?? context.resource };
    this.#timeoutMs = context.requestTimeoutMs;
    this.#access = { region: region ?? regionOfArn(service) ?? regionOfArn(cluster), endpoint };
  }

  async observe(signal: AbortSignal): Promise<Observation> {
    const askedAtMs = Date.now();
    const { cluster, service: name } = this.#names;
    try {
      const { sdk, client } = await this.#opened.get();
      const call = { name: `DescribeServices ${cluster}/${name}`, signal, timeoutMs: this.#timeoutMs };
      const { services = [], failures = [] } = await callSdk(
        call,
        (abortSignal) => client.send(new sdk.DescribeServicesCommand({ cluster, services: [name] }), { abortSignal }),
        awsAnswerIn,
      );
      const [service] = services;
      if (service?.desiredCount === undefined) {
        const reason = failures[0]?.reason ?? 'no service';
        throw new AdapterError(reason === 'MISSING' ? 'missing' : 'malformed', `${call.name} returned ${reason}`);
      }
      return observationOf({ ...service, desiredCount: service.desiredCount }, askedAtMs);
    } catch (error) {
      throw asReadError(error, this.#resource, advice);
    }
  }

  async change({ to }: CapacityChange, permit: SendPermit, signal: AbortSignal): Promise<ChangeOutcome> {
    const { cluster, service } = this.#names;
    const call = {
      name: `UpdateService ${cluster}/${service} desiredCount ${to}`,
      signal,
      timeoutMs: this.#timeoutMs,
    };
    try {
      const { sdk, client } = await this.#opened.get();
      const command = new sdk.UpdateServiceCommand({ cluster, service, desiredCount: to });
      command.middlewareStack.add(afterPermit(permit, call.name), lastStep);
      await callSdk(call, (abortSignal) => client.send(command, { abortSignal }), awsAnswerIn);
      return { outcome: 'accepted' };
    } catch (error) {
      return asOutcome(error);
    }
  }

  async close(): Promise<void> {
    const opened = await this.#opened.ifMade();
    opened?.client.destroy();
  }
}

const advice = {
  denied: 'The role needs ecs:DescribeServices and ecs:UpdateService on this service: see docs/platforms/ecs.md.',
  missing: 'Check platform.cluster, platform.service and platform.region.',
  notSent: 'Check platform.region, platform.endpoint and the network between this machine and the AWS API.',
  throttled: 'The account exceeds the request rate of the ECS API. Raise waitForActive.interval.',
} as const;

type KnownService = Sdk.Service & { readonly desiredCount: number };

/**
 * The capacity is the desired count, never the running count. During a deployment old and new tasks run at the same
 * time, and a step computed from their sum would double the service.
 */
function observationOf(service: KnownService, askedAtMs: number): Observation {
  const deployment = deploymentOf(service);
  return {
    capacity: service.desiredCount,
    status: statusOf(service),
    ready: service.runningCount ?? 0,
    observedAtMs: askedAtMs,
    ...(deployment === 'in progress' && {
      holdsScaleIn: 'a deployment is in progress: ECS replaces tasks',
    }),
    details: {
      serviceStatus: service.status ?? 'unknown',
      deployment,
      ...(service.serviceArn && { serviceArn: service.serviceArn }),
    },
  };
}

/**
 * While a deployment replaces tasks, the running count does not show whether the desired count was reached. The service
 * counts as active, so that it can be scaled out during the deployment.
 */
function statusOf(service: KnownService): ResourceStatus {
  if (service.status !== 'ACTIVE') return 'FAILED';
  const deployment = deploymentOf(service);
  const running = service.runningCount ?? 0;
  if (deployment === 'in progress')
    return isReplacing(service) || running >= service.desiredCount ? 'ACTIVE' : 'STARTING';
  return running === service.desiredCount ? 'ACTIVE' : 'STARTING';
}

function deploymentOf(service: Sdk.Service): 'in progress' | 'failed' | 'complete' {
  const primary = service.deployments?.find(({ status }) => status === 'PRIMARY');
  if (primary?.rolloutState === 'FAILED') return 'failed';
  return isReplacing(service) || primary?.rolloutState === 'IN_PROGRESS' ? 'in progress' : 'complete';
}

/** An external deployment controller, such as CodeDeploy, uses task sets instead of deployments. */
function isReplacing({ deployments = [], taskSets = [] }: Sdk.Service): boolean {
  return deployments.length > 1 || taskSets.length > 1;
}
