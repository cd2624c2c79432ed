/** Amazon SQS: how many messages a queue holds, by the approximate counts that SQS gives. */
import type * as Sdk from '@aws-sdk/client-sqs';
import { z } from 'zod';
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
    .describe('URL of the queue, or its name in the account of the credentials. FIFO queues end in `.fifo`.'),
  count: z
    .union([counted, z.array(counted).min(1)])
    .default(['visible', 'inFlight'])
    .describe(
      'Which messages: waiting (`visible`), received and not deleted (`inFlight`), not yet due (`delayed`); a list adds them. By `visible` alone, workers are removed over the messages that they work on.',
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
      : { work: 'messages that were received and not deleted', fix: 'count inFlight too' },
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
        // Loaded when it is needed: most configurations have no such signal, and it is large.
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

/** https://sqs.eu-central-1.amazonaws.com/123456789012/jobs tells its region. */
function regionOf(queue: string): string | undefined {
  return /^https:\/\/sqs\.([a-z0-9-]+)\.amazonaws\./.exec(queue)?.[1];
}

async function urlOf(client: Sdk.SQSClient, name: string, abortSignal: AbortSignal): Promise<string> {
  const { GetQueueUrlCommand } = await import('@aws-sdk/client-sqs');
  const command = new GetQueueUrlCommand({ QueueName: name });
  const { QueueUrl } = await callAws(`queue ${name}`, 'sqs:GetQueueUrl', () => client.send(command, { abortSignal }));
  if (QueueUrl === undefined) throw new AdapterError('malformed', 'SQS answered without the URL of the queue.');
  return QueueUrl;
}

function countIn(attributes: Partial<Record<string, string>> | undefined, name: Sdk.QueueAttributeName): number {
  const text = attributes?.[name];
  if (text === undefined) throw new AdapterError('malformed', `SQS answered without ${name}.`);
  return Number(text);
}
