/** Temporal: the waiting and running tasks of a task queue, of all workers or of one worker version. */
import { Connection } from '@temporalio/client';
import { z } from 'zod';
import { report, withFix } from '../../../domain/written/issue.js';
import { AdapterError } from '../../net/errors.js';
import { grpcStatusOf } from '../../net/grpc.js';
import { tlsSettings } from '../../net/tls.js';
import { zeroAsSetting } from '../empty-as.js';
import { makeSampler } from '../sampler.js';
import { ReusableConnection } from '../reusable-connection.js';
import { defineSource } from '../source.js';
import { queueSeen, type QueueAsked, type QueueSeen, type WorkerVersion, type WorkflowService } from './queues.js';
import { isInUse, versionMeant, type VersionSettings } from './versions.js';
import { workersSeen, type WorkersSeen } from './workers.js';

const kind = z.enum(['workflow', 'activity']);

const settings = z
  .strictObject({
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
      .enum(['all', 'backlog', 'added', 'inUse'])
      .default('all')
      .describe(
        '`all`: waiting and running tasks, and at least 1 while tasks are added or dispatched. `backlog`: only waiting tasks, which is 0 if every task is dispatched immediately. `added`: tasks added per second. `inUse`: 1 while the version is current, ramping or draining, otherwise 0.',
      ),
    version: z
      .strictObject({
        deployment: z.string().min(1).describe('Name of the worker deployment.'),
        buildId: z.string().min(1).optional().describe('Build ID of its workers.'),
        role: z
          .enum(['current', 'ramping'])
          .optional()
          .describe('In place of `buildId`: the version that is current or ramping when the sample is taken.'),
      })
      .refine(({ buildId, role }) => (buildId === undefined) !== (role === undefined), {
        error: withFix('has not exactly one of buildId and role', 'set one of the two'),
      })
      .optional()
      .describe('Counts only the tasks of this worker version.'),
    emptyAs: zeroAsSetting,
    apiKey: z.string().min(1).optional().describe('API key, such as one of Temporal Cloud. Turns TLS on.'),
    // gRPC always verifies the certificate of the server.
    tls: tlsSettings
      .omit({ verify: true })
      .optional()
      .describe(
        'TLS settings. An empty mapping (`tls: {}`) turns TLS on with the certificate authorities of Node. From Node 26, `serverName` is required where the address is an IP address.',
      ),
  })
  .superRefine(({ count, version }, issues) => {
    if (count !== 'inUse' || version !== undefined) return;
    report(issues, { path: ['version'], problem: 'is missing', fix: 'count: inUse requires it', isMissing: true });
  });

type Settings = z.output<typeof settings>;

export const temporal = defineSource({
  type: 'temporal',
  summary: 'The waiting and running tasks of a Temporal task queue.',
  settings,
  overlooks({ count }) {
    const work = { backlog: 'tasks that workers run', added: 'tasks that wait or that workers run' }[String(count)];
    return work === undefined ? undefined : { work, fix: 'set count: all' };
  },
  create(settings, context) {
    const connection = new ReusableConnection<Connection>({
      async open(_lost, abandoned) {
        const opened = connect(settings, context.timeoutMs);
        abandoned.addEventListener('abort', () => void opened.close());
        return opened;
      },
      isHarmless: (error) => error instanceof AdapterError,
    });
    const look = lookOf(settings);
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

interface Counted {
  readonly value: number;
  readonly note?: string;
}

type Look = (service: WorkflowService) => Promise<Counted>;

/** For all workers, or for the version that is meant at the time of each sample. */
function lookOf(settings: Settings): Look {
  const { namespace, version } = settings;
  const look = lookAtVersion(settings);
  if (version === undefined) return async (service) => look(service, undefined);
  return async (service) => {
    const meant = await versionMeant(service, namespace, version);
    if (meant !== undefined) return look(service, meant);
    return { value: 0, note: `no version of ${version.deployment} is ramping` };
  };
}

type VersionLook = (service: WorkflowService, version: WorkerVersion | undefined) => Promise<Counted>;

function lookAtVersion(settings: Settings): VersionLook {
  const { namespace } = settings;
  const seen = async (...[service, version]: Parameters<VersionLook>): Promise<QueueSeen> =>
    queueSeen(service, askedOf(settings, version));
  switch (settings.count) {
    case 'all':
      return lookAtAll(settings);
    case 'backlog':
      return async (service, version) => ({ value: (await seen(service, version)).backlog });
    case 'added':
      return async (service, version) => ({ value: (await seen(service, version)).addRate });
    case 'inUse':
      return async (service, version) => ({
        value: version !== undefined && (await isInUse(service, namespace, version)) ? 1 : 0,
      });
  }
}

function askedOf({ namespace, taskQueue, tasks }: Settings, version: WorkerVersion | undefined): QueueAsked {
  return { namespace, taskQueue, version, kinds: new Set([tasks].flat()) };
}

/**
 * Waiting and running tasks. A task that a worker took after its last heartbeat is in neither count. So after tasks
 * were added or dispatched, the value is at least 1 until every worker has sent a newer heartbeat.
 */
function lookAtAll(settings: Settings): VersionLook {
  let movedAtMs = -Infinity;
  return async (service, version) => {
    const asked = askedOf(settings, version);
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
    const what = version === undefined ? taskQueue : versionInWords(version);
    return new AdapterError(code, `there is no ${what} in namespace ${namespace}. Check namespace and names.`);
  }
  if (code === 'denied') {
    return new AdapterError(code, `refuses access to namespace ${namespace}. Check apiKey, tls and namespace.`);
  }
  if (code === 'unreachable') {
    return new AdapterError(
      code,
      'cannot be reached. Check that it is running, address and tls (with an IP address also tls.serverName).',
    );
  }
  return error;
}

function versionInWords({ deployment, buildId }: VersionSettings): string {
  return buildId === undefined ? `deployment ${deployment}` : `version ${buildId} of ${deployment}`;
}
