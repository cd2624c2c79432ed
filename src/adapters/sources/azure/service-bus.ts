/** Azure Service Bus: the number of messages in a queue or a subscription, from the management API of the namespace. */
import { z } from 'zod';
import { report } from '../../../domain/written/issue.js';
import { AzureApi } from '../../net/azure/api.js';
import { serviceBusSignature, serviceBusToken, type AzureAuthorization } from '../../net/azure/authorization.js';
import { azureClouds } from '../../net/azure/clouds.js';
import { partsOf } from '../../net/azure/connection-string.js';
import { EntraAuthorization } from '../../net/azure/identity.js';
import { AdapterError } from '../../net/errors.js';
import type { Answer } from '../../net/http/request.js';
import { tlsOptions } from '../../net/tls.js';
import { zeroAsSetting } from '../empty-as.js';
import { makeSampler } from '../sampler.js';
import { defineSource } from '../source.js';
import { advised, azureSettings } from './settings.js';

const counters = {
  active: 'ActiveMessageCount',
  scheduled: 'ScheduledMessageCount',
  deadLetter: 'DeadLetterMessageCount',
  transfer: 'TransferMessageCount',
  transferDeadLetter: 'TransferDeadLetterMessageCount',
} as const;

const counted = z.enum(Object.keys(counters) as (keyof typeof counters)[]);

const settings = z
  .strictObject({
    queue: z
      .string()
      .min(1)
      .optional()
      .describe('Name of the queue. Set either `queue`, or `topic` and `subscription`.'),
    topic: z.string().min(1).optional().describe('Name of the topic.'),
    subscription: z.string().min(1).optional().describe('Name of the subscription of the topic.'),
    connectionString: z
      .string()
      .optional()
      .describe(
        'Connection string of the namespace, the queue or the topic, preferably as "${NAME}". Its policy needs the claim `Manage`.',
      ),
    namespace: z
      .string()
      .regex(/^[A-Za-z0-9.-]+$/, { error: 'is not the name of a namespace' })
      .optional()
      .describe(
        'Name of the namespace, such as `shop` or `shop.servicebus.windows.net`, to sign in with an identity instead of a connection string.',
      ),
    count: z
      .union([counted, z.array(counted).min(1)])
      .default('active')
      .describe(
        'Messages in the active state, which a lock does not change (`active`); that are not yet due (`scheduled`); in the dead-letter queue (`deadLetter`); that wait for their transfer to another queue or topic (`transfer`); and those whose transfer failed (`transferDeadLetter`). The counts of a list are added.',
      ),
    emptyAs: zeroAsSetting,
    ...azureSettings,
  })
  .superRefine(({ queue, topic, subscription, connectionString, namespace }, issues) => {
    const complain = (path: string, problem: string, fix: string) => report(issues, { path: [path], problem, fix });
    if (queue === undefined && topic === undefined)
      complain('queue', 'is missing', 'set queue, or topic and subscription');
    if (queue !== undefined && topic !== undefined)
      complain('topic', 'cannot be combined with queue', 'set one of the two');
    if (topic !== undefined && subscription === undefined)
      complain('subscription', 'is missing', 'messages wait in subscriptions, and not in the topic');
    if (topic === undefined && subscription !== undefined) complain('subscription', 'requires topic', 'set topic');
    if (connectionString === undefined && namespace === undefined)
      complain('connectionString', 'is missing', 'set connectionString, or namespace to sign in with an identity');
    if (connectionString === undefined) return;
    if (namespace !== undefined)
      complain('namespace', 'cannot be combined with connectionString', 'set one of the two');
    if (accessIn(connectionString) === undefined)
      complain(
        'connectionString',
        'is not a connection string of Service Bus',
        'copy it from the shared access policies of the namespace',
      );
  });

type Settings = z.output<typeof settings>;

export const azureServiceBus = defineSource({
  type: 'azure-service-bus',
  summary: 'The number of messages in a queue or a subscription of Azure Service Bus.',
  settings,
  overlooks: ({ count }) =>
    count === undefined || [count].flat().includes('active')
      ? undefined
      : { work: 'messages in the active state', fix: 'add active to count' },
  create(settings, context) {
    const access = accessOf(settings);
    const { endpoint = access.url } = settings;
    const { timeoutMs } = context;
    const api = new AzureApi({ ...access, url: endpoint, timeoutMs, tls: tlsOptions(settings.tls) });
    const entity = entityOf(settings);
    return makeSampler(context, {
      server: `Service Bus ${entity.name} at ${new URL(endpoint).host}`,
      emptyAs: settings.emptyAs,
      get secrets() {
        return api.secrets;
      },
      async look(signal) {
        const request = api.get({ path: entity.path, query: { 'api-version': '2021-05' } }, signal);
        return messagesIn(await advised(advice, request), entity, [settings.count].flat());
      },
      close: async () => api.close(),
    });
  },
});

interface Access {
  readonly url: string;
  readonly authorization: AzureAuthorization;
}

function accessOf(settings: Settings): Access {
  const { connectionString, namespace = '', cloud } = settings;
  const access = connectionString === undefined ? undefined : accessIn(connectionString);
  if (access !== undefined) return access;
  const host = namespace.includes('.') ? namespace : `${namespace}.${azureClouds[cloud].serviceBus}`;
  return { url: `https://${host}`, authorization: new EntraAuthorization(settings, 'https://servicebus.azure.net') };
}

/** Undefined if the text is not a connection string of Service Bus. */
function accessIn(connectionString: string): Access | undefined {
  const parts = partsOf(connectionString);
  const [, host] = /^sb:\/\/([^/\s]+)\/?$/.exec(parts?.get('endpoint') ?? '') ?? [];
  if (parts === undefined || host === undefined || !URL.canParse(`https://${host}`)) return undefined;
  const url = `https://${host}`;
  const [name, key] = [parts.get('sharedaccesskeyname'), parts.get('sharedaccesskey')];
  if (name !== undefined && key !== undefined) return { url, authorization: serviceBusSignature({ name, key }) };
  const signature = parts.get('sharedaccesssignature');
  return signature === undefined ? undefined : { url, authorization: serviceBusToken(signature) };
}

interface Entity {
  readonly kind: 'Queue' | 'Subscription';
  /** For messages. */
  readonly name: string;
  readonly path: string;
}

function entityOf({ queue, topic = '', subscription = '' }: Settings): Entity {
  // A name may contain slashes, which the API has in its paths too.
  const escaped = (name: string) => name.split('/').map(encodeURIComponent).join('/');
  if (queue !== undefined) return { kind: 'Queue', name: `queue ${queue}`, path: `/${escaped(queue)}` };
  const path = `/${escaped(topic)}/Subscriptions/${encodeURIComponent(subscription)}`;
  return { kind: 'Subscription', name: `subscription ${topic}/${subscription}`, path };
}

function messagesIn({ body }: Answer, entity: Entity, count: readonly (keyof typeof counters)[]) {
  const text = 'text' in body ? body.text : '';
  const [, kind] = /<(\w+)Description[\s>]/.exec(text) ?? [];
  if (kind === 'Topic') throw new AdapterError('missing', `${entity.name} is a topic. Set topic and subscription.`);
  // For a name that does not exist, the API returns status 200 and an empty list.
  if (kind === undefined && /<feed[\s>]/.test(text)) {
    throw new AdapterError('missing', `there is no ${entity.name}. Check the name and the namespace.`);
  }
  if (kind !== entity.kind) {
    throw new AdapterError('malformed', 'sent a response that is not from Service Bus. Check endpoint, and any proxy.');
  }
  const value = count.reduce((sum, each) => sum + counterIn(text, counters[each]), 0);
  const [, status = 'Active'] = /<Status>(\w{1,40})<\/Status>/.exec(text) ?? [];
  return isReceivable(status) ? { value } : { value, note: `nobody can receive its messages: its status is ${status}` };
}

/** The elements have a prefix of a namespace, which the server chooses. Text in other elements has no "<". */
function counterIn(text: string, counter: string): number {
  const [, digits] = new RegExp(`<(?:\\w+:)?${counter}>(\\d{1,15})<`).exec(text) ?? [];
  if (digits === undefined) throw new AdapterError('malformed', `the response of Service Bus has no ${counter}.`);
  return Number(digits);
}

function isReceivable(status: string): boolean {
  return status !== 'Disabled' && status !== 'ReceiveDisabled';
}

const advice = {
  denied:
    'Check the connection string, whose policy needs the claim Manage, or the identity, which needs the role Azure Service Bus Data Owner.',
  missing: 'Check queue, or topic and subscription, and the namespace.',
  invalid: 'Check the namespace and endpoint. Redirects are not followed.',
  refused: 'Check queue, or topic and subscription.',
} as const;
