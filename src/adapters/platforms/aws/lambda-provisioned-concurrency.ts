/**
 * AWS Lambda: the provisioned concurrency of an alias or a version. A change sets the number, so sending it twice has the
 * effect of once.
 */
import type * as Sdk from '@aws-sdk/client-lambda';
import { z } from 'zod';
import type { CapacityChange, ChangeOutcome, Observation, ResourceStatus } from '../../../domain/scale/capacity.js';
import { type AwsAnswer, awsAnswerIn, awsClientConfig, regionOfArn } from '../../net/aws.js';
import { AdapterError } from '../../net/errors.js';
import { Lazy } from '../../net/lazy.js';
import { asOutcome, asReadError } from '../outcome.js';
import { definePlatform, type Platform, type PlatformContext, type SendPermit, textOf } from '../platform.js';
import { callSdk } from '../sdk-call.js';
import { afterPermit, lastStep } from './after-permit.js';

const settings = z.strictObject({
  function: z
    .string()
    .regex(/^(arn:[\w-]+:lambda:[\w-]+:\d{12}:function:)?[\w-]+$/, {
      error: 'must be the name of a function or its ARN, without a version or an alias: set qualifier for those',
    })
    .optional()
    .describe('Name or ARN of the function, without a version or an alias. Default: the name of the resource.'),
  qualifier: z
    .string()
    .min(1)
    .refine((written) => written !== '$LATEST', {
      error: 'must be an alias or a published version, because Lambda provisions no concurrency for $LATEST',
    })
    .describe('Alias, or number of a published version: `live`, `7`. `$LATEST` is not supported by Lambda.'),
  region: z
    .string()
    .min(1)
    .optional()
    .describe('AWS region. Default: the region in the ARN, `AWS_REGION`, or the region of the AWS profile.'),
  endpoint: z
    .url({ protocol: /^https?$/ })
    .optional()
    .describe('Address of the Lambda API, such as a VPC endpoint. Default: the address of the region.'),
});

export const lambdaProvisionedConcurrency = definePlatform({
  type: 'lambda-provisioned-concurrency',
  summary: 'A function on AWS Lambda. The capacity is the provisioned concurrency of an alias or a version.',
  settings,
  // Lambda does not document that the next read shows an accepted number.
  takesChanges: () => 'anyTime',
  target: (written, { resource, taskQueue }) => {
    const name = textOf(written, 'function') ?? resource;
    const region = textOf(written, 'region') ?? regionOfArn(name);
    // The account is not part of the name: the credentials of the machine determine it.
    return [taskQueue, textOf(written, 'endpoint') ?? '', region, nameIn(name), textOf(written, 'qualifier')];
  },
  create: (chosen, context) => new ProvisionedConcurrency(chosen, context),
});

/** `arn:aws:lambda:eu-west-1:123456789012:function:checkout` -> `checkout`. */
function nameIn(nameOrArn: string): string {
  return nameOrArn.slice(nameOrArn.lastIndexOf(':') + 1);
}

class ProvisionedConcurrency implements Platform {
  readonly #resource: string;
  readonly #of: { readonly FunctionName: string; readonly Qualifier: string };
  readonly #timeoutMs: number;
  readonly #access: Pick<z.output<typeof settings>, 'region' | 'endpoint'>;
  /** Loaded on first use: loading takes 22 MB, so only processes that use it load it. */
  readonly #opened = new Lazy(async () => {
    const sdk = await import('@aws-sdk/client-lambda');
    return { sdk, client: new sdk.LambdaClient(await awsClientConfig(this.#access, this.#timeoutMs)) };
  });

  constructor(chosen: z.output<typeof settings>, { resource, requestTimeoutMs }: PlatformContext) {
    const { function: name = resource, qualifier, region = regionOfArn(name), endpoint } = chosen;
    this.#resource = resource;
    this.#of = { FunctionName: name, Qualifier: qualifier };
    this.#timeoutMs = requestTimeoutMs;
    this.#access = { region, endpoint };
  }

  async observe(signal: AbortSignal): Promise<Observation> {
    const askedAtMs = Date.now();
    const call = this.#call('GetProvisionedConcurrencyConfig', signal);
    try {
      const { sdk, client } = await this.#opened.get();
      const send = (abortSignal: AbortSignal) =>
        client.send(new sdk.GetProvisionedConcurrencyConfigCommand(this.#of), { abortSignal });
      const config = await callSdk(call, (abortSignal) => send(abortSignal).catch(asNoConfig), answerIn);
      if (!isKnown(config)) throw new AdapterError('malformed', `${call.name} returned no requested number`);
      return { ...observationOf(config), observedAtMs: askedAtMs };
    } catch (error) {
      throw asReadError(error, this.#resource, advice);
    }
  }

  /** Lambda does not accept the number 0: no provisioned concurrency is no configuration. */
  async change({ to }: CapacityChange, permit: SendPermit, signal: AbortSignal): Promise<ChangeOutcome> {
    try {
      await (to === 0 ? this.#delete(permit, signal) : this.#put(to, permit, signal));
      return { outcome: 'accepted' };
    } catch (error) {
      return asOutcome(error);
    }
  }

  async close(): Promise<void> {
    const opened = await this.#opened.ifMade();
    opened?.client.destroy();
  }

  async #put(to: number, permit: SendPermit, signal: AbortSignal): Promise<void> {
    const { sdk, client } = await this.#opened.get();
    const call = this.#call('PutProvisionedConcurrencyConfig', signal, ` ${to}`);
    const command = new sdk.PutProvisionedConcurrencyConfigCommand({
      ...this.#of,
      ProvisionedConcurrentExecutions: to,
    });
    command.middlewareStack.add(afterPermit(permit, call.name), lastStep);
    await callSdk(call, (abortSignal) => client.send(command, { abortSignal }), answerIn);
  }

  async #delete(permit: SendPermit, signal: AbortSignal): Promise<void> {
    const { sdk, client } = await this.#opened.get();
    const call = this.#call('DeleteProvisionedConcurrencyConfig', signal);
    const command = new sdk.DeleteProvisionedConcurrencyConfigCommand(this.#of);
    command.middlewareStack.add(afterPermit(permit, call.name), lastStep);
    await callSdk(call, (abortSignal) => client.send(command, { abortSignal }), answerIn);
  }

  #call(operation: string, signal: AbortSignal, number = '') {
    const { FunctionName, Qualifier } = this.#of;
    return { name: `${operation} ${nameIn(FunctionName)}:${Qualifier}${number}`, signal, timeoutMs: this.#timeoutMs };
  }
}

const advice = {
  denied:
    'The role needs the permissions that docs/platforms/lambda-provisioned-concurrency.md lists, on this alias or version.',
  missing: 'Check platform.function, platform.qualifier and platform.region.',
  notSent: 'Check platform.region, platform.endpoint and the network between this machine and the AWS API.',
  throttled: 'The account exceeds the request rate of the Lambda API. Raise waitForActive.interval.',
} as const;

type Config = Sdk.GetProvisionedConcurrencyConfigResponse;
type KnownConfig = Config & { readonly RequestedProvisionedConcurrentExecutions: number };

/** An alias or a version without a configuration has no provisioned concurrency, and needs none. */
function asNoConfig(error: Error): Config {
  if (error.name !== 'ProvisionedConcurrencyConfigNotFoundException') throw error;
  return { RequestedProvisionedConcurrentExecutions: 0, AvailableProvisionedConcurrentExecutions: 0, Status: 'READY' };
}

function isKnown(config: Config): config is KnownConfig {
  return Number.isSafeInteger(config.RequestedProvisionedConcurrentExecutions);
}

/** The capacity is the number that was requested last. Lambda allocates it within minutes. */
function observationOf(config: KnownConfig): Omit<Observation, 'observedAtMs'> {
  const {
    RequestedProvisionedConcurrentExecutions: capacity,
    AvailableProvisionedConcurrentExecutions: ready,
    AllocatedProvisionedConcurrentExecutions: allocated,
    Status = 'unknown',
    StatusReason: reason,
  } = config;
  return {
    capacity,
    status: statusByAllocation[Status] ?? 'UNKNOWN',
    ...(Number.isSafeInteger(ready) && { ready: ready as number }),
    details: {
      allocation: Status,
      ...(allocated !== undefined && { allocated: String(allocated) }),
      ...(reason && { reason }),
    },
  };
}

const statusByAllocation: Readonly<Record<string, ResourceStatus>> = {
  READY: 'ACTIVE',
  IN_PROGRESS: 'STARTING',
  // The last allocation failed. Lambda accepts another number, which may succeed.
  FAILED: 'UNKNOWN',
};

/**
 * Lambda has one error name for every conflict and one for every invalid request. The text of the error tells which of
 * them no retry and no smaller number can help.
 */
function answerIn(error: Error): AwsAnswer | AdapterError | undefined {
  const answer = awsAnswerIn(error);
  if (!answer || answer instanceof AdapterError) return answer;
  if (/already Provisioned version|pointed by a Provisioned/.test(error.message)) {
    const next =
      'Only one of an alias and its version can have provisioned concurrency: delete the other configuration';
    return { ...answer, code: 'invalid', said: `${answer.said} ${next}` };
  }
  if (/unpublished function versions|Alias with weights/.test(error.message)) return { ...answer, code: 'invalid' };
  // An operation of Lambda on the alias or the version is in progress, which takes up to minutes.
  return answer.code === 'conflict' ? { ...answer, retryAfterMs: answer.retryAfterMs ?? conflictPauseMs } : answer;
}

const conflictPauseMs = 30_000;
