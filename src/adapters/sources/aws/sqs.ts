/** Amazon SQS: the approximate number of messages in a queue. */
import type * as Sdk from '@aws-sdk/client-sqs';
import { z } from 'zod';
import { regionOfArn } from '../../net/aws.js';
import { AdapterError } from '../../net/errors.js';
import { zeroAsSetting } from '../empty-as.js';
import { makeSampler } from '../sampler.js';
import { defineSource } from '../source.js';
import { sourceClientConfig, awsSecrets, awsSettings, callAws } from './aws.js';

const attributes = {
  visible: 'ApproximateNumberOfMessages',
  inFlight: 'ApproximateNumberOfMessagesNotVisible',
  delayed: 'ApproximateNumberOfMessagesDelayed',
} as const satisfies Record<string, Sdk.QueueAttributeName>;

const counted = z.enum(['visible', 'inFlight', 'delayed']);

const settings = z.strictObject({
  queue: z
    .string()
    .min(1)
    .describe(
      'URL or ARN of the queue, or its name in the account of the credentials. A URL or an ARN gives the region. Names of FIFO queues end in `.fifo`.',
    ),
  count: z
    .union([counted, z.array(counted).min(1)])
    .default(['visible', 'inFlight'])
    .describe(
      'Messages that wait (`visible`), that were received and not deleted (`inFlight`), or that are not yet due (`delayed`). The counts of a list are added. With `visible` alone, workers may be removed while they process messages.',
    ),
  emptyAs: zeroAsSetting,
  ...awsSettings,
});

export const sqs = defineSource({
  type: 'sqs',
  summary: 'The number of messages in an Amazon SQS queue.',
  settings,
  overlooks: ({ count }) =>
    count === undefined || [count].flat().includes('inFlight')
      ? undefined
      : { work: 'messages that were received and not deleted', fix: 'add inFlight to count' },
  create(settings, context) {
    const names = [settings.count].flat().map((each) => attributes[each]);
    const region = settings.region ?? regionOf(settings.queue);
    const access = { ...settings, ...(region !== undefined && { region }) };
    let client: Sdk.SQSClient | undefined;
    let queueUrl = isUrl(settings.queue) ? settings.queue : undefined;
    return makeSampler(context, {
      server: `SQS queue ${settings.queue}`,
      emptyAs: settings.emptyAs,
      secrets: awsSecrets(settings),
      async look(abortSignal) {
        // Loaded on first use: the SDK is large, and most configurations have no such signal.
        const sdk = await import('@aws-sdk/client-sqs');
        const opened = (client ??= new sdk.SQSClient(await sourceClientConfig(access, context.timeoutMs)));
        queueUrl ??= await urlOf(opened, settings.queue, abortSignal);
        const command = new sdk.GetQueueAttributesCommand({ QueueUrl: queueUrl, AttributeNames: names });
        const what = `queue ${settings.queue}`;
        const answer = await callAws(what, 'sqs:GetQueueAttributes', () => opened.send(command, { abortSignal }));
        return { value: names.reduce((sum, name) => sum + countIn(answer.Attributes, name), 0) };
      },
      async close() {
        client?.destroy();
        client = undefined;
      },
    });
  },
});

function isUrl(queue: string): boolean {
  return /^https?:\/\//.test(queue);
}

/**
 * The region in the URL or the ARN of a queue: `https://sqs.eu-central-1.amazonaws.com/123456789012/jobs`, or in the
 * forms of FIPS endpoints, VPC endpoints and older queues.
 */
function regionOf(queue: string): string | undefined {
  const inUrl =
    /^https:\/\/(?:(?:[a-z0-9-]+\.)?sqs(?:-fips)?\.([a-z0-9-]+)\.(?:vpce\.)?|([a-z]+-[a-z-]+-\d)\.queue\.)(?:amazonaws\.|api\.aws\b)/;
  const found = inUrl.exec(queue);
  return found?.[1] ?? found?.[2] ?? regionOfArn(queue);
}

/** The account in an ARN may be another one than that of the credentials. */
async function urlOf(client: Sdk.SQSClient, queue: string, abortSignal: AbortSignal): Promise<string> {
  const { GetQueueUrlCommand } = await import('@aws-sdk/client-sqs');
  const [, , , , account, name] = queue.startsWith('arn:') ? queue.split(':') : [];
  const owned = { QueueName: name ?? queue, ...(account !== undefined && { QueueOwnerAWSAccountId: account }) };
  const command = new GetQueueUrlCommand(owned);
  const { QueueUrl } = await callAws(`queue ${queue}`, 'sqs:GetQueueUrl', () => client.send(command, { abortSignal }));
  if (QueueUrl === undefined) throw new AdapterError('malformed', 'the response of SQS has no URL of the queue.');
  return QueueUrl;
}

function countIn(attributes: Partial<Record<string, string>> | undefined, name: Sdk.QueueAttributeName): number {
  const text = attributes?.[name];
  if (text === undefined) throw new AdapterError('malformed', `the response of SQS has no ${name}.`);
  return Number(text);
}
