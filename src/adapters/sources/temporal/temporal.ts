/** Temporal: the waiting and running tasks of a task queue, of all workers or of one worker version. */
import { Connection } from '@temporalio/client';
import { z } from 'zod';
import { AdapterError } from '../../net/errors.js';
import { grpcStatusOf } from '../../net/grpc.js';
import { tlsSettings } from '../../net/tls.js';
import { zeroAsSetting } from '../empty-as.js';
import { makeSampler } from '../sampler.js';
import { ReusableConnection } from '../reusable-connection.js';
import { defineSource } from '../source.js';
import { queueSeen, type QueueAsked, type WorkflowService } from './queues.js';
import { workersSeen, type WorkersSeen } from './workers.js';

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
    .describe('Which tasks are counted. The counts of a list are added.'),
  count: z
    .enum(['all', 'backlog'])
    .default('all')
    .describe(
      '`all`: waiting and running tasks, and at least 1 while tasks are added or dispatched. `backlog`: only waiting tasks, which is 0 if every task is dispatched immediately.',
    ),
  version: z
    .strictObject({
      deployment: z.string().min(1).describe('Name of the worker deployment.'),
      buildId: z.string().min(1).describe('Build ID of its workers.'),
    })
    .optional()
    .describe('Counts only the tasks of this worker version.'),
  emptyAs: zeroAsSetting,
  apiKey: z.string().min(1).optional().describe('API key, such as one of Temporal Cloud. Turns TLS on.'),
  // gRPC always verifies the certificate of the server.
  tls: tlsSettings
    .omit({ verify: true })
    .optional()
    .describe('TLS settings. An empty mapping (`tls: {}`) turns TLS on with the certificate authorities of Node.'),
});

type Settings = z.output<typeof settings>;

export const temporal = defineSource({
  type: 'temporal',
  summary: 'The waiting and running tasks of a Temporal task queue.',
  settings,
  overlooks: ({ count }) =>
    count === 'backlog' ? { work: 'tasks that workers run', fix: 'set count: all' } : undefined,
  create(settings, context) {
    const connection = new ReusableConnection<Connection>({
      async open(_lost, abandoned) {
        const opened = connect(settings, context.timeoutMs);
        abandoned.addEventListener('abort', () => void opened.close());
        return opened;
      },
      isHarmless: (error) => error instanceof AdapterError,
    });
    const look = settings.count === 'all' ? lookAtAll(settings) : lookAtBacklog(settings);
    return makeSampler(context, {
      server: `Temporal at ${settings.address}`,
      emptyAs: settings.emptyAs,
      secrets: [settings.apiKey, settings.tls?.key],
      look: async (signal) =>
        connection.use(signal, (opened) =>
          opened.withAbortSignal(signal, async () =>
            look(opened.workflowService).catch((error: unknown) => {
              throw explained(error, settings);
            }),
          ),
        ),
      close: async () => connection.close(),
    });
  },
});

function connect({ address, apiKey, tls }: Settings, timeoutMs: number): Connection {
  return Connection.lazy({
    address,
    connectTimeout: timeoutMs,
    // Like every connection to Temporal: the connection of a worker does not support a proxy.
    channelArgs: { 'grpc.enable_http_proxy': 0 },
    // Without the client's retries: a sample is one read.
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

type Look = (service: WorkflowService) => Promise<{ readonly value: number; readonly note?: string }>;

function lookAtBacklog(settings: Settings): Look {
  const asked = askedOf(settings);
  return async (service) => ({ value: (await queueSeen(service, asked)).backlog });
}

function askedOf({ namespace, taskQueue, version, tasks }: Settings): QueueAsked {
  return { namespace, taskQueue, version, kinds: new Set([tasks].flat()) };
}

/**
 * Waiting and running tasks. A task that a worker took after its last heartbeat is in neither count. So after tasks
 * were added or dispatched, the value is at least 1 until every worker has sent a newer heartbeat.
 */
function lookAtAll(settings: Settings): Look {
  const asked = askedOf(settings);
  let movedAtMs = -Infinity;
  return async (service) => {
    const nowMs = Date.now();
    const queue = await queueSeen(service, asked);
    const seen = await workersSeen(service, asked, nowMs).catch(withoutWorkers);
    if (queue.isMoving || seen.wereBusy) movedAtMs = nowMs;
    const isMoving = movedAtMs === nowMs || seen.oldestAtMs < movedAtMs;
    const value = Math.max(queue.backlog + seen.running, isMoving ? 1 : 0);
    return queue.isPolled && seen.workers === 0 ? { value, note: withoutHeartbeats } : { value };
  };
}

const withoutHeartbeats =
  'its workers send no heartbeats, or the server stores none: tasks that run longer than 30 s are not counted';

/** An older server does not support the request, or the user may read queues but not list workers. */
function withoutWorkers(error: unknown): WorkersSeen {
  const name = grpcStatusOf(error)?.name;
  if (name !== 'unimplemented' && name !== 'permissionDenied') throw error;
  return { workers: 0, running: 0, wereBusy: false, oldestAtMs: Infinity };
}

function explained(error: unknown, { namespace, taskQueue, version }: Settings): unknown {
  const code = grpcStatusOf(error)?.code;
  if (code === 'timeout') return new AdapterError(code, 'no response within the timeout');
  if (code === 'missing') {
    const what = version === undefined ? taskQueue : `version ${version.buildId} of ${version.deployment}`;
    return new AdapterError(code, `there is no ${what} in namespace ${namespace}. Check namespace and names.`);
  }
  if (code === 'denied') {
    return new AdapterError(code, `refuses access to namespace ${namespace}. Check apiKey, tls and namespace.`);
  }
  if (code === 'unreachable') {
    return new AdapterError(code, 'cannot be reached. Check that it is running, address and tls.');
  }
  return error;
}
