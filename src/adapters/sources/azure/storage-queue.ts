/** Azure Queue Storage: the approximate number of messages in a queue. */
import { z } from 'zod';
import { report } from '../../../domain/written/issue.js';
import { AzureApi } from '../../net/azure/api.js';
import { AdapterError } from '../../net/errors.js';
import { tlsOptions } from '../../net/tls.js';
import { zeroAsSetting } from '../empty-as.js';
import { makeSampler } from '../sampler.js';
import { defineSource } from '../source.js';
import { advised, azureSettings } from './settings.js';
import { storageAccess, storageAccessIn } from './storage-access.js';

const settings = z
  .strictObject({
    queue: z
      .string()
      .regex(/^[a-z0-9](-?[a-z0-9])*$/, {
        error: 'is not the name of a queue: lower-case letters, digits and single hyphens',
      })
      .describe('Name of the queue.'),
    connectionString: z
      .string()
      .optional()
      .describe(
        'Connection string of the storage account, with a key or a shared access signature, preferably as "${NAME}".',
      ),
    account: z
      .string()
      .regex(/^[a-z0-9]{3,24}$/, { error: 'is not the name of a storage account' })
      .optional()
      .describe('Name of the storage account, to sign in with an identity instead of a connection string.'),
    count: z
      .enum(['all', 'visible'])
      .default('all')
      .describe(
        '`all`: messages that wait, that were received and not deleted, and that are not yet due. `visible`: only messages that wait, if there are fewer than 32 of them; else all.',
      ),
    emptyAs: zeroAsSetting,
    ...azureSettings,
  })
  .superRefine(({ connectionString, account }, issues) => {
    const complain = (path: string, problem: string, fix: string) => report(issues, { path: [path], problem, fix });
    if (connectionString === undefined && account === undefined)
      complain('connectionString', 'is missing', 'set connectionString, or account to sign in with an identity');
    if (connectionString === undefined) return;
    if (account !== undefined) complain('account', 'cannot be combined with connectionString', 'set one of the two');
    if (storageAccessIn(connectionString, 'public') === undefined)
      complain(
        'connectionString',
        'is not a connection string of a storage account',
        'write AccountName and AccountKey, or QueueEndpoint and SharedAccessSignature, also for the emulator',
      );
  });

type Settings = z.output<typeof settings>;

export const azureStorageQueue = defineSource({
  type: 'azure-storage-queue',
  summary: 'The number of messages in a queue of Azure Queue Storage.',
  settings,
  overlooks: ({ count }) =>
    count === 'visible' ? { work: 'messages that were received and not deleted', fix: 'set count to all' } : undefined,
  create(settings, context) {
    const access = storageAccess(settings);
    const url = settings.endpoint ?? access.url;
    const api = new AzureApi({
      ...access,
      url: access.query === undefined ? url : `${url}?${access.query}`,
      timeoutMs: context.timeoutMs,
      tls: tlsOptions(settings.tls),
      headers: { 'x-ms-version': '2021-12-02' },
    });
    return makeSampler(context, {
      server: `storage queue ${settings.queue} at ${new URL(url).host}`,
      emptyAs: settings.emptyAs,
      get secrets() {
        return api.secrets;
      },
      look: (signal) => messagesOf(api, settings, signal),
      close: async () => api.close(),
    });
  },
});

/** The largest number of messages that one request can peek at. */
const mostPeeked = 32;

async function messagesOf(api: AzureApi, { queue, count }: Settings, signal: AbortSignal) {
  if (count === 'all') return { value: await lengthOf(api, queue, signal) };
  const peeked = await visibleIn(api, queue, signal);
  if (peeked < mostPeeked) return { value: peeked };
  const value = await lengthOf(api, queue, signal);
  return { value, note: `${mostPeeked} or more messages wait, so all messages count` };
}

/** Never lower than the number of messages, and possibly higher. */
async function lengthOf(api: AzureApi, queue: string, signal: AbortSignal): Promise<number> {
  const request = api.get({ path: `/${queue}`, query: { comp: 'metadata' }, wantedHeaders: [lengthHeader] }, signal);
  const length = (await advised(advice, request)).headers?.[lengthHeader];
  if (length !== undefined && /^\d{1,15}$/.test(length)) return Number(length);
  throw notOfStorage();
}

const lengthHeader = 'x-ms-approximate-messages-count';

/** Peeking does not change the messages, and they stay visible. The response contains their texts. */
async function visibleIn(api: AzureApi, queue: string, signal: AbortSignal): Promise<number> {
  const query = { peekonly: 'true', numofmessages: String(mostPeeked) };
  const { body } = await advised(advice, api.get({ path: `/${queue}/messages`, query }, signal));
  const text = 'text' in body ? body.text : '';
  if (!/<QueueMessagesList[\s/>]/.test(text)) throw notOfStorage();
  // A text contains no "<", because it is escaped.
  return [...text.matchAll(/<QueueMessage>/g)].length;
}

function notOfStorage(): AdapterError {
  return new AdapterError(
    'malformed',
    'sent a response that is not from Azure Storage. Check endpoint, and any proxy.',
  );
}

const advice = {
  denied:
    'Check the connection string, or the identity, which needs the role Storage Queue Data Reader. Check the clock of this machine too.',
  missing: 'Check queue and the storage account.',
  invalid: 'Check endpoint. Redirects are not followed.',
  refused: 'Check queue.',
} as const;
