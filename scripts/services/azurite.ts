/** Azurite, the emulator of Azure Storage by Microsoft: its queue service, whose keys and signatures are checked as Azure does. */
import { createHmac } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { nodePackages } from './installed.js';
import { freePorts } from './free-ports.js';
import { ServiceProcess } from './service-process.js';

/** The last version that runs on Node 20: 3.36 requires Node 21. */
export const needs = { azurite: nodePackages(['azurite@3.35.0'], 'azurite-3.35.0') };

export interface StorageAccount {
  readonly name: string;
  /** In base64. */
  readonly key: string;
}

export interface AzuriteService extends ServiceProcess {
  readonly port: number;
  createQueue(queue: string): Promise<void>;
  addMessage(queue: string, text: string, visibleInSeconds?: number): Promise<void>;
  /** Receives messages and does not delete them, so that they are invisible for a while. */
  receive(queue: string, count: number): Promise<void>;
  /** A shared access signature that may only read. */
  signature(permissions: string): string;
}

/** @param https the files with which it speaks HTTPS, and accepts tokens of Microsoft Entra ID. */
export async function azuriteService(
  account: StorageAccount,
  https?: { readonly cert: string; readonly key: string },
): Promise<AzuriteService> {
  const folder = await needs.azurite.path();
  const [port = 0] = await freePorts(1);
  const where = ['--queueHost', '127.0.0.1', '--queuePort', String(port), '--inMemoryPersistence'];
  const secure = https === undefined ? [] : ['--oauth', 'basic', '--cert', https.cert, '--key', https.key];
  const service = new ServiceProcess({
    name: 'azurite',
    command: process.execPath,
    args: [
      join(folder, 'node_modules/azurite/dist/src/queue/main.js'),
      ...where,
      ...secure,
      '--silent',
      '--disableTelemetry',
    ],
    env: { AZURITE_ACCOUNTS: `${account.name}:${account.key}` },
    folder: await mkdtemp(join(tmpdir(), 'escapement-azurite-')),
    isReady: async () => (https === undefined ? (await listQueues()).ok : isListening(port)),
  });
  const listQueues = () => send('GET', '/', { comp: 'list' });
  const send = (method: string, path: string, query: Record<string, string>, body = '') => {
    const url = new URL(`http://127.0.0.1:${port}/${account.name}${path}?${new URLSearchParams(query).toString()}`);
    return fetch(url, { method, headers: signed(account, method, url, body), ...(body !== '' && { body }) });
  };
  const done = async (...request: Parameters<typeof send>) => {
    const response = await send(...request);
    if (!response.ok) throw new Error(`${request[0]} ${request[1]} returned ${response.status}`);
    return response.text();
  };
  return Object.assign(service, {
    port,
    createQueue: async (queue: string) => {
      await done('PUT', `/${queue}`, {});
    },
    addMessage: async (queue: string, text: string, visibleInSeconds = 0) => {
      const body = `<QueueMessage><MessageText>${text}</MessageText></QueueMessage>`;
      await done('POST', `/${queue}/messages`, { visibilitytimeout: String(visibleInSeconds) }, body);
    },
    receive: async (queue: string, count: number) => {
      await done('GET', `/${queue}/messages`, { numofmessages: String(count), visibilitytimeout: '3600' });
    },
    signature: (permissions: string) => accountSignature(account, permissions),
  });
}

/** For HTTPS, whose certificate only a test trusts. */
async function isListening(port: number): Promise<boolean> {
  const socket = connect(port, '127.0.0.1');
  try {
    await once(socket, 'connect');
    return true;
  } finally {
    socket.destroy();
  }
}

const version = '2021-12-02';

/** https://learn.microsoft.com/rest/api/storageservices/authorize-with-shared-key */
function signed({ name, key }: StorageAccount, method: string, url: URL, body: string): Record<string, string> {
  const type = body === '' ? '' : 'application/xml';
  const own = { 'x-ms-date': new Date().toUTCString(), 'x-ms-version': version };
  const query = [...url.searchParams].map(([parameter, value]) => `${parameter}:${value}`).sort();
  const length = body === '' ? '' : String(Buffer.byteLength(body));
  const lines = [
    ...[method, '', '', length, '', type, '', '', '', '', '', ''],
    ...Object.entries(own).map(([header, value]) => `${header}:${value}`),
    [`/${name}${url.pathname}`, ...query].join('\n'),
  ];
  const signature = hmac(key, lines.join('\n'));
  return { ...own, ...(type !== '' && { 'content-type': type }), authorization: `SharedKey ${name}:${signature}` };
}

/** https://learn.microsoft.com/rest/api/storageservices/create-account-sas, for an hour and for queues. */
function accountSignature({ name, key }: StorageAccount, permissions: string): string {
  const expiry = `${new Date(Date.now() + 3_600_000).toISOString().slice(0, 19)}Z`;
  const lines = [name, permissions, 'q', 'sco', '', expiry, '', 'https,http', version, '', ''];
  const query = { sv: version, ss: 'q', srt: 'sco', sp: permissions, se: expiry, spr: 'https,http' };
  return new URLSearchParams({ ...query, sig: hmac(key, lines.join('\n')) }).toString();
}

function hmac(key: string, text: string): string {
  return createHmac('sha256', Buffer.from(key, 'base64')).update(text, 'utf8').digest('base64');
}
