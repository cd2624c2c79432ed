/**
 * Amazon EC2 Auto Scaling: the desired capacity of a group. A change sets the number, so sending it twice has the effect
 * of once.
 */
import { z } from 'zod';
import type { CapacityChange, ChangeOutcome, Observation } from '../../../domain/scale/capacity.js';
import { awsAnswerIn, awsClientConfig, regionOfArn } from '../../net/aws.js';
import { AdapterError } from '../../net/errors.js';
import { Lazy } from '../../net/lazy.js';
import { asOutcome, asReadError, notesIfRead } from '../outcome.js';
import { definePlatform, type Platform, type PlatformContext, type SendPermit, textOf } from '../platform.js';
import { callSdk } from '../sdk-call.js';
import { afterPermit, lastStep } from './after-permit.js';
import { type KnownGroup, notesOn, observationOf } from './group-state.js';

const settings = z.strictObject({
  group: z.string().min(1).optional().describe('Name or ARN of the group. Default: the name of the resource.'),
  region: z
    .string()
    .min(1)
    .optional()
    .describe('AWS region. Default: the region in the ARN, `AWS_REGION`, or the region of the AWS profile.'),
  endpoint: z
    .url({ protocol: /^https?$/ })
    .optional()
    .describe(
      'Address of the Auto Scaling API, such as a VPC endpoint or an emulator. Default: the address of the region.',
    ),
});

export const autoScalingGroup = definePlatform({
  type: 'auto-scaling-group',
  summary: 'An EC2 Auto Scaling group. The capacity is its desired capacity.',
  settings,
  takesChanges: () => 'shownAtOnce',
  target: (written, { resource, taskQueue }) => {
    const group = textOf(written, 'group') ?? resource;
    const region = textOf(written, 'region') ?? regionOfArn(group);
    // The account is not part of the name: the credentials of the machine determine it.
    return [taskQueue, textOf(written, 'endpoint') ?? '', region, nameIn(group)];
  },
  create: (chosen, context) => new Group(chosen, context),
});

/** `arn:aws:autoscaling:eu-west-1:123456789012:autoScalingGroup:UUID:autoScalingGroupName/web` -> `web`. */
function nameIn(nameOrArn: string): string {
  const before = 'autoScalingGroupName/';
  const at = nameOrArn.startsWith('arn:') ? nameOrArn.indexOf(before) : -1;
  return at < 0 ? nameOrArn : nameOrArn.slice(at + before.length);
}

class Group implements Platform {
  readonly #context: PlatformContext;
  readonly #name: string;
  readonly #access: Pick<z.output<typeof settings>, 'region' | 'endpoint'>;
  /** Loaded on first use: loading takes 22 MB, so only processes that use it load it. */
  readonly #opened = new Lazy(async () => {
    const sdk = await import('@aws-sdk/client-auto-scaling');
    return {
      sdk,
      client: new sdk.AutoScalingClient(await awsClientConfig(this.#access, this.#context.requestTimeoutMs)),
    };
  });

  constructor({ group, region, endpoint }: z.output<typeof settings>, context: PlatformContext) {
    this.#context = context;
    this.#name = nameIn(group ?? context.resource);
    this.#access = { region: region ?? regionOfArn(group), endpoint };
  }

  async observe(signal: AbortSignal): Promise<Observation> {
    const askedAtMs = Date.now();
    try {
      return observationOf(await this.#read(signal), askedAtMs);
    } catch (error) {
      throw asReadError(error, this.#context.resource, advice);
    }
  }

  async change({ to }: CapacityChange, permit: SendPermit, signal: AbortSignal): Promise<ChangeOutcome> {
    const call = this.#call(`SetDesiredCapacity ${this.#name} ${to}`, signal);
    try {
      const { sdk, client } = await this.#opened.get();
      const command = new sdk.SetDesiredCapacityCommand({
        AutoScalingGroupName: this.#name,
        DesiredCapacity: to,
        // The cooldown of the resource applies, and not also the one of the group.
        HonorCooldown: false,
      });
      command.middlewareStack.add(afterPermit(permit, call.name), lastStep);
      await callSdk(call, (abortSignal) => client.send(command, { abortSignal }), awsAnswerIn);
      return { outcome: 'accepted' };
    } catch (error) {
      return asOutcome(await this.#withLimits(error, to, signal));
    }
  }

  notes(signal: AbortSignal): Promise<readonly string[]> {
    return notesIfRead(async () => [
      ...notesOn(await this.#read(signal), this.#context.bounds),
      ...(await this.#noteOnPolicies(signal)),
    ]);
  }

  async close(): Promise<void> {
    const opened = await this.#opened.ifMade();
    opened?.client.destroy();
  }

  /**
   * AWS refuses a number outside the limits of the group with the error that it has for every invalid request. One read
   * after such a refusal tells whether the limits are the reason, and which they are.
   */
  async #withLimits(error: unknown, to: number, signal: AbortSignal): Promise<unknown> {
    if (!(error instanceof AdapterError && error.code === 'refused')) return error;
    try {
      const { MinSize: min = 0, MaxSize: max = Infinity } = await this.#read(signal);
      if (to >= min && to <= max) return error;
      const setting = to > max ? 'MaxSize' : 'MinSize';
      const bound = to > max ? 'max' : 'min';
      return new AdapterError(
        'refused',
        `${to} is outside the limits of the group ${this.#name}: MinSize ${min}, MaxSize ${max}. ` +
          `Change ${setting} of the group, or ${bound} of ${this.#context.resource}`,
      );
    } catch (failed) {
      // The refusal is certain, whatever this read returns.
      if (failed instanceof AdapterError) return error;
      throw failed;
    }
  }

  async #read(signal: AbortSignal): Promise<KnownGroup> {
    const { sdk, client } = await this.#opened.get();
    const call = this.#call(`DescribeAutoScalingGroups ${this.#name}`, signal);
    const { AutoScalingGroups: groups } = await callSdk(
      call,
      (abortSignal) =>
        client.send(new sdk.DescribeAutoScalingGroupsCommand({ AutoScalingGroupNames: [this.#name] }), { abortSignal }),
      awsAnswerIn,
    );
    const [group] = groups ?? [];
    if (group === undefined && groups !== undefined)
      throw new AdapterError('missing', `${call.name} returned no group`);
    const { DesiredCapacity: desired } = group ?? {};
    if (group === undefined || desired === undefined || !Number.isSafeInteger(desired)) {
      throw new AdapterError('malformed', `${call.name} returned no desired capacity`);
    }
    return { ...group, DesiredCapacity: desired };
  }

  /** Two autoscalers of one group undo each other's changes. Without the permission for this read, there is no note. */
  async #noteOnPolicies(signal: AbortSignal): Promise<readonly string[]> {
    const { sdk, client } = await this.#opened.get();
    const command = new sdk.DescribePoliciesCommand({ AutoScalingGroupName: this.#name });
    const call = this.#call(`DescribePolicies ${this.#name}`, signal);
    return notesIfRead(async () => {
      const { ScalingPolicies: policies = [] } = await callSdk(
        call,
        (abortSignal) => client.send(command, { abortSignal }),
        awsAnswerIn,
      );
      const names = policies.flatMap(({ Enabled, PolicyName }) => (Enabled === false ? [] : (PolicyName ?? [])));
      if (names.length === 0) return [];
      return [`the group has scaling policies of its own, which also change its capacity: ${names.join(', ')}`];
    });
  }

  #call(name: string, signal: AbortSignal) {
    return { name, signal, timeoutMs: this.#context.requestTimeoutMs };
  }
}

const advice = {
  denied:
    'The role needs autoscaling:DescribeAutoScalingGroups, and autoscaling:SetDesiredCapacity on this group: see docs/platforms/auto-scaling-group.md.',
  missing: 'Check platform.group and platform.region.',
  notSent: 'Check platform.region, platform.endpoint and the network between this machine and the AWS API.',
  throttled: 'The account exceeds the request rate of the Auto Scaling API. Raise waitForActive.interval.',
} as const;
