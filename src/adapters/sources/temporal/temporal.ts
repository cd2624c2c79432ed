/** Temporal: the tasks of a task queue that wait or run, of all workers or of one version of them. */
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
    .describe('Which tasks are counted; a list adds them.'),
  count: z
    .enum(['all', 'backlog'])
    .default('all')
    .describe(
      '`all`: tasks that wait and those that workers run, and at least 1 while tasks come or leave. `backlog`: only those that wait, which is nothing where each is handed out at once.',
    ),
  version: z
    .strictObject({
      deployment: z.string().min(1).describe('Name of the worker deployment.'),
      buildId: z.string().min(1).describe('Build ID of its workers.'),
    })
    .optional()
    .describe('Count only the tasks of workers of this version.'),
  emptyAs: zeroAsSetting,
  apiKey: z.string().min(1).optional().describe('API key, as Temporal Cloud gives them; turns TLS on.'),
  // gRPC always checks the certificate of its server.
  tls: tlsSettings
    .omit({ verify: true })
    .optional()
    .describe('TLS: an empty mapping (`tls: {}`) turns it on with the authorities of Node.'),
});

type Settings = z.output<typeof settings>;

export const temporal = defineSource({
  type: 'temporal',
  summary: 'The tasks of a Temporal task queue that wait or run.',
  settings,
  overlooks: ({ count }) =>
    count === 'backlog' ? { work: 'tasks that workers run', fix: 'write count: all' } : undefined,
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

type Look = (service: WorkflowService) => Promise<{ readonly value: number; readonly note?: string }>;

function lookAtBacklog(settings: Settings): Look {
  const asked = askedOf(settings);
  return async (service) => ({ value: (await queueSeen(service, asked)).backlog });
}

function askedOf({ namespace, taskQueue, version, tasks }: Settings): QueueAsked {
  return { namespace, taskQueue, version, kinds: new Set([tasks].flat()) };
}

/**
 * What waits and what runs. A task that a worker has taken since its last heartbeat is in neither: so from the last time
 * that tasks were seen to come or leave, there is one at least until every worker has sent a newer heartbeat.
 */
function lookAtAll(settings: Settings): Look {
  const asked = askedOf(settings);
  let movedAtMs = -Infinity;
  return async (service) => {
    const nowMs = Date.now();
    const queue = await queueSeen(service, asked);
    const seen = await workersSeen(service, asked, nowMs).catch(nothingTold);
    if (queue.isMoving || seen.wereBusy) movedAtMs = nowMs;
    const isMoving = movedAtMs === nowMs || seen.oldestAtMs < movedAtMs;
    const value = Math.max(queue.backlog + seen.running, isMoving ? 1 : 0);
    return queue.isPolled && seen.workers === 0 ? { value, note: withoutHeartbeats } : { value };
  };
}

const withoutHeartbeats =
  'its workers send no heartbeats, or the server keeps none: tasks that run for longer than half a minute are not counted';

/** An older server does not know the question; whoever may read queues may not be let see workers. */
function nothingTold(error: unknown): WorkersSeen {
  const name = grpcStatusOf(error)?.name;
  if (name !== 'unimplemented' && name !== 'permissionDenied') throw error;
  return { workers: 0, running: 0, wereBusy: false, oldestAtMs: Infinity };
}

function explained(error: unknown, { namespace, taskQueue, version }: Settings): unknown {
  const code = grpcStatusOf(error)?.code;
  if (code === 'timeout') return new AdapterError(code, 'no answer within the timeout');
  if (code === 'missing') {
    const what = version === undefined ? taskQueue : `version ${version.buildId} of ${version.deployment}`;
    return new AdapterError(code, `there is no ${what} in namespace ${namespace}. Check namespace and names.`);
  }
  if (code === 'denied') {
    return new AdapterError(code, `refuses access to namespace ${namespace}. Check apiKey, tls and namespace.`);
  }
  if (code === 'unreachable') {
    return new AdapterError(code, 'cannot be reached. Check that it runs, address and tls.');
  }
  return error;
}
