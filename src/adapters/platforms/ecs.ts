/** Amazon ECS: the desired count of a service. It is set, not added to, so that sending it twice does no harm. */
import type * as Sdk from '@aws-sdk/client-ecs';
import { z } from 'zod';
import type { CapacityChange, ChangeOutcome, Observation, ResourceStatus } from '../../domain/scale/capacity.js';
import { oneLine, typeInWords } from '../net/answer-words.js';
import { TunnellingAgent } from '../net/tunnel.js';
import { definePlatform, type Platform, type PlatformContext, type SendPermit, textOf } from './platform.js';
import { callSdk, checkPermit, retryAfterIn, type SdkAnswer } from './sdk-call.js';
import { asOutcome, asPlatformError, Trouble } from './trouble.js';

const settings = z.strictObject({
  cluster: z.string().min(1).describe('Name or ARN of the cluster.'),
  service: z.string().min(1).optional().describe('Name or ARN of the service, where it is not the name it has here.'),
  region: z
    .string()
    .min(1)
    .optional()
    .describe('AWS region; default: as the AWS tools find it (`AWS_REGION`, profile).'),
  endpoint: z
    .url({ protocol: /^https?$/ })
    .optional()
    .describe('Another address of the ECS API: a VPC endpoint or an emulator.'),
});

export const ecs = definePlatform({
  type: 'ecs',
  summary: 'A service on Amazon ECS (Fargate or EC2), by its desired count.',
  settings,
  takesChanges: () => 'shownAtOnce',
  target: (written, { resource, taskQueue }) => {
    const cluster = textOf(written, 'cluster') ?? '';
    const service = textOf(written, 'service') ?? resource;
    const region = textOf(written, 'region') ?? regionIn(service) ?? regionIn(cluster);
    // The account is that of the machine's credentials.
    return [taskQueue, textOf(written, 'endpoint') ?? '', region, nameIn(cluster), nameIn(service)];
  },
  create: (chosen, context) => new EcsService(chosen, context),
});

/** `arn:aws:ecs:eu-west-1:123456789012:service/cluster/web` -> `web`. */
function nameIn(nameOrArn: string): string {
  return nameOrArn.startsWith('arn:') ? nameOrArn.slice(nameOrArn.lastIndexOf('/') + 1) : nameOrArn;
}

function regionIn(nameOrArn: string): string | undefined {
  return nameOrArn.startsWith('arn:') ? nameOrArn.split(':')[3] : undefined;
}

class EcsService implements Platform {
  readonly #resource: string;
  readonly #names: { readonly cluster: string; readonly service: string };
  readonly #timeoutMs: number;
  readonly #configuration: Sdk.ECSClientConfig;
  #opened: Promise<{ sdk: typeof Sdk; client: Sdk.ECSClient }> | undefined;

  constructor({ cluster, service, region, endpoint }: z.output<typeof settings>, context: PlatformContext) {
    this.#resource = context.resource;
    this.#names = { cluster, service: service ?? context.resource };
    this.#timeoutMs = context.requestTimeoutMs;
    // Whoever calls decides whether, and when, to try again: it alone knows whether the change is still wanted.
    const requestHandler = { httpsAgent: new TunnellingAgent() };
    this.#configuration = { maxAttempts: 1, requestHandler, ...(region && { region }), ...(endpoint && { endpoint }) };
  }

  async observe(signal: AbortSignal): Promise<Observation> {
    const askedAtMs = Date.now();
    const { cluster, service: name } = this.#names;
    try {
      const { sdk, client } = await this.#open();
      const call = { name: `DescribeServices ${cluster}/${name}`, signal, timeoutMs: this.#timeoutMs };
      const { services = [], failures = [] } = await callSdk(
        call,
        (abortSignal) => client.send(new sdk.DescribeServicesCommand({ cluster, services: [name] }), { abortSignal }),
        answerIn,
      );
      const [service] = services;
      if (service?.desiredCount === undefined) {
        const reason = failures[0]?.reason ?? 'no service';
        throw new Trouble(reason === 'MISSING' ? 'missing' : 'malformed', `${call.name} was answered ${reason}`);
      }
      return observationOf({ ...service, desiredCount: service.desiredCount }, askedAtMs);
    } catch (error) {
      throw asPlatformError(error, this.#resource, advice);
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
      const { sdk, client } = await this.#open();
      const command = new sdk.UpdateServiceCommand({ cluster, service, desiredCount: to });
      // Behind everything that may take its time, such as the credentials.
      command.middlewareStack.add(
        (next) => (args) => {
          checkPermit(permit, call.name);
          return next(args);
        },
        { step: 'deserialize', priority: 'low' },
      );
      await callSdk(call, (abortSignal) => client.send(command, { abortSignal }), answerIn);
      return { outcome: 'accepted' };
    } catch (error) {
      return asOutcome(error);
    }
  }

  async close(): Promise<void> {
    const opened = await this.#opened;
    opened?.client.destroy();
  }

  /** Loaded on first use: it costs a quarter of a second and 23 MB, which only those who use it should pay. */
  #open(): Promise<{ sdk: typeof Sdk; client: Sdk.ECSClient }> {
    this.#opened ??= import('@aws-sdk/client-ecs').then((sdk) => ({
      sdk,
      client: new sdk.ECSClient(this.#configuration),
    }));
    return this.#opened;
  }
}

const advice = {
  denied: 'The role needs ecs:DescribeServices and ecs:UpdateService on this service: see docs/platforms/ecs.md.',
  missing: 'Check platform.cluster, platform.service and platform.region.',
  notSent: 'Check platform.region, platform.endpoint and the way to the AWS API.',
  throttled: 'The account asks the ECS API too often; a longer waitForActive.interval asks less.',
} as const;

type KnownService = Sdk.Service & { readonly desiredCount: number };

/**
 * The capacity is the desired count, never the running one: during a deployment the old tasks run beside the new ones,
 * and a step counted from their sum would double the service.
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
 * While a deployment replaces tasks the running count says nothing of the desired one, and more tasks may be needed
 * right then: the service counts as active, so that it may be scaled out.
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

/** Task sets are what an external deployment controller, such as CodeDeploy, has instead of deployments. */
function isReplacing({ deployments = [], taskSets = [] }: Sdk.Service): boolean {
  return deployments.length > 1 || taskSets.length > 1;
}

const statusByName: Readonly<Record<string, number>> = {
  ThrottlingException: 429,
  TooManyRequestsException: 429,
  RequestLimitExceeded: 429,
  AccessDeniedException: 403,
  UnrecognizedClientException: 403,
  InvalidSignatureException: 403,
  ExpiredTokenException: 403,
  IncompleteSignature: 403,
  MissingAuthenticationTokenException: 403,
  ClusterNotFoundException: 404,
  ServiceNotFoundException: 404,
  UpdateInProgressException: 409,
};

/** AWS answers most errors with 400 and a name: the name says more. */
function answerIn(error: Error): SdkAnswer | Trouble | undefined {
  if (error.name === 'CredentialsProviderError') {
    return new Trouble('denied', `no AWS credentials were found (${oneLine(error.message)})`);
  }
  if (error.message === 'Region is missing') return new Trouble('notSent', 'no AWS region is known');
  const { $metadata, $response, $fault } = error as Partial<Sdk.ECSServiceException>;
  const status = $metadata?.httpStatusCode;
  if (status === undefined) return undefined;
  const headers = $response?.headers ?? {};
  // What is no error of AWS says nothing that can be told, but what it is made of.
  const said = $fault
    ? `${status} ${oneLine(`${error.name}: ${error.message}`)}`
    : `${status} (${typeInWords(headers['content-type'])})`;
  return { status: statusByName[error.name] ?? status, said, ...retryAfterIn(headers) };
}
