/** Temporal: the tasks that wait in a task queue, of all workers or of one version of them. */
import { Connection } from '@temporalio/client';
import { z } from 'zod';
import { zeroAsSetting } from './empty-as.js';
import { keepContract } from './keep-contract.js';
import { ReusableConnection } from './reusable-connection.js';
import { defineSource, SourceError } from './source.js';

type DescribeTaskQueue = Parameters<Connection['workflowService']['describeTaskQueue']>[0];
type TaskQueueType = NonNullable<DescribeTaskQueue['taskQueueType']>;

/** Numbers of Temporal's enumeration, whose values the client does not export. */
const numbers = { workflow: 1, activity: 2 };
// eslint-disable-next-line @typescript-eslint/no-unsafe-enum-assignment -- for want of the enumeration itself
const queueTypes = numbers as Record<keyof typeof numbers, TaskQueueType>;
const kind = z.enum(['workflow', 'activity']);

const settings = z.strictObject({
  address: z
    .string()
    .regex(/:\d+$/, { error: 'is not host:port' })
    .default('localhost:7233')
    .describe('Address of the server.'),
  namespace: z.string().min(1).default('default').describe('Namespace.'),
  taskQueue: z.string().min(1).describe('Name of the task queue.'),
  tasks: z
    .union([kind, z.array(kind).min(1)])
    .default(['workflow', 'activity'])
    .describe('Which tasks are counted; a list adds them.'),
  version: z
    .strictObject({
      deployment: z.string().min(1).describe('Name of the worker deployment.'),
      buildId: z.string().min(1).describe('Build ID of its workers.'),
    })
    .optional()
    .describe('Count only the tasks that wait for workers of this version.'),
  emptyAs: zeroAsSetting,
  apiKey: z.string().min(1).optional().describe('API key, as Temporal Cloud gives them; turns TLS on.'),
  tls: z
    .strictObject({
      ca: z.string().optional().describe('Certificate authority to trust, as PEM text.'),
      cert: z.string().optional().describe('Client certificate as PEM text.'),
      key: z.string().optional().describe('Private key of the client certificate, as PEM text.'),
      serverName: z.string().optional().describe('Host name the certificate is for, when it differs from the address.'),
    })
    .optional()
    .describe('TLS: an empty mapping (`tls: {}`) turns it on with the authorities of Node.'),
});

type Settings = z.output<typeof settings>;

export const temporal = defineSource({
  type: 'temporal',
  summary: 'The backlog of a Temporal task queue.',
  settings,
  create(settings, context) {
    const connection = new ReusableConnection<Connection>({
      async open(_lost, abandoned) {
        const opened = connect(settings, context.timeoutMs);
        abandoned.addEventListener('abort', () => void opened.close());
        return opened;
      },
      isHarmless: (error) => error instanceof SourceError,
    });
    return keepContract(context, {
      server: `Temporal at ${settings.address}`,
      emptyAs: settings.emptyAs,
      secrets: [settings.apiKey, settings.tls?.key],
      look: async (signal) => ({
        value: await connection.use(signal, (opened) =>
          opened.withAbortSignal(signal, () => backlog(opened, settings)),
        ),
      }),
      close: async () => connection.close(),
    });
  },
});

function connect({ address, apiKey, tls }: Settings, timeoutMs: number): Connection {
  return Connection.lazy({
    address,
    connectTimeout: timeoutMs,
    // As every connection to Temporal here: a worker's own knows no proxy.
    channelArgs: { 'grpc.enable_http_proxy': 0 },
    // None of the client's retries: a sample is one look.
    interceptors: [],
    ...(apiKey !== undefined && { apiKey }),
    ...(tls !== undefined && { tls: tlsOf(tls) }),
  });
}

function tlsOf({ ca, cert, key, serverName }: NonNullable<Settings['tls']>) {
  return {
    ...(ca !== undefined && { serverRootCACertificate: Buffer.from(ca) }),
    ...(cert !== undefined &&
      key !== undefined && { clientCertPair: { crt: Buffer.from(cert), key: Buffer.from(key) } }),
    ...(serverName !== undefined && { serverNameOverride: serverName }),
  };
}

async function backlog(connection: Connection, settings: Settings): Promise<number> {
  const types = new Set<TaskQueueType>([settings.tasks].flat().map((each) => queueTypes[each]));
  try {
    return settings.version === undefined
      ? await backlogOfAll(connection, settings, types)
      : await backlogOfVersion(connection, settings, settings.version, types);
  } catch (error) {
    throw explained(error, settings);
  }
}

/** Asking also loads the queue: after five minutes without a poller the server forgets its metrics, but not its tasks. */
async function backlogOfAll(
  { workflowService }: Connection,
  { namespace, taskQueue }: Settings,
  types: ReadonlySet<TaskQueueType>,
): Promise<number> {
  let total = 0;
  for (const taskQueueType of types) {
    const question = { namespace, taskQueue: { name: taskQueue }, taskQueueType, reportStats: true };
    const { stats } = await workflowService.describeTaskQueue(question);
    total += countIn(stats);
  }
  return total;
}

async function backlogOfVersion(
  { workflowService }: Connection,
  { namespace, taskQueue }: Settings,
  version: NonNullable<Settings['version']>,
  types: ReadonlySet<TaskQueueType>,
): Promise<number> {
  const { versionTaskQueues } = await workflowService.describeWorkerDeploymentVersion({
    namespace,
    deploymentVersion: { deploymentName: version.deployment, buildId: version.buildId },
    reportTaskQueueStats: true,
  });
  const found = versionTaskQueues.filter(({ name, type }) => name === taskQueue && type != null && types.has(type));
  if (found.length === 0) {
    const advice = 'Its workers must have polled the queue once: check taskQueue and version.';
    throw new SourceError('missing', `version ${version.buildId} has no task queue ${taskQueue}. ${advice}`);
  }
  return found.reduce((total, { stats }) => total + countIn(stats), 0);
}

/** Protobuf's 64-bit numbers come as objects, which Number() takes by their text. */
function countIn(stats: { readonly approximateBacklogCount?: unknown } | null | undefined): number {
  const count = stats?.approximateBacklogCount;
  if (count === undefined || count === null) {
    throw new SourceError('malformed', 'did not tell the backlog. It needs Temporal server 1.25 or later.');
  }
  return Number(count);
}

/** By the numbers of gRPC's status. */
function explained(error: unknown, { namespace, taskQueue, version }: Settings): unknown {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  if (code === 1 || code === 4) return new SourceError('timeout', 'no answer within the time-out.');
  if (code === 5) {
    const what = version === undefined ? taskQueue : `version ${version.buildId} of ${version.deployment}`;
    return new SourceError('missing', `there is no ${what} in namespace ${namespace}. Check namespace and names.`);
  }
  if (code === 7 || code === 16) {
    return new SourceError('denied', `refuses access to namespace ${namespace}. Check apiKey, tls and namespace.`);
  }
  if (code === 14) return new SourceError('unreachable', 'cannot be reached. Check that it runs, address and tls.');
  return error;
}
