import { describe, expect, it } from '@jest/globals';
import { workersSeen } from '../../src/adapters/sources/temporal/workers.js';

type Service = Parameters<typeof workersSeen>[0];

const nowMs = Date.parse('2026-11-25T12:00:00Z');
const asked = {
  namespace: 'default',
  taskQueue: 'jobs',
  version: undefined,
  kinds: new Set(['workflow', 'activity'] as const),
};

interface Beat {
  readonly ageSeconds?: number;
  readonly status?: number;
  readonly taskQueue?: string;
  readonly activities?: number;
  readonly workflows?: number;
  readonly local?: number;
  readonly processed?: number;
  readonly buildId?: string;
}

function heartbeat({ ageSeconds = 10, status = 1, taskQueue = 'jobs', ...more }: Beat) {
  const { activities = 0, workflows = 0, local = 0, processed = 0, buildId } = more;
  return {
    workerHeartbeat: {
      taskQueue,
      status,
      heartbeatTime: { seconds: nowMs / 1000 - ageSeconds },
      activityTaskSlotsInfo: { currentUsedSlots: activities, lastIntervalProcessedTasks: processed },
      workflowTaskSlotsInfo: { currentUsedSlots: workflows },
      localActivitySlotsInfo: { currentUsedSlots: local },
      ...(buildId && { deploymentVersion: { deploymentName: 'shop', buildId } }),
    },
  };
}

/** A server that tells of these workers, one a page. */
function serverWith(...beats: Beat[]): Service {
  const queries: unknown[] = [];
  return {
    queries,
    listWorkers: async ({ nextPageToken = new Uint8Array(), query }: { nextPageToken?: Uint8Array; query: string }) => {
      queries.push(query);
      const page = nextPageToken[0] ?? 0;
      const beat = beats[page];
      const isLast = page >= beats.length - 1;
      return {
        workersInfo: beat ? [heartbeat(beat)] : [],
        nextPageToken: isLast ? new Uint8Array() : new Uint8Array([page + 1]),
      };
    },
  } as unknown as Service;
}

describe('the tasks that workers run', () => {
  it.each<[string, Beat[], object]>([
    ['no workers', [], { workers: 0, running: 0, wereBusy: false, oldestAtMs: Infinity }],
    ['one that does nothing', [{}], { workers: 1, running: 0, wereBusy: false, oldestAtMs: nowMs - 10_000 }],
    ['tasks of every kind', [{ activities: 3, workflows: 1, local: 2 }], { running: 6 }],
    [
      'several workers, on as many pages',
      [{ activities: 3 }, { activities: 4, ageSeconds: 50 }],
      { workers: 2, running: 7, oldestAtMs: nowMs - 50_000 },
    ],
    ['tasks that were done since the heartbeat before', [{ processed: 5 }], { running: 0, wereBusy: true }],
    ['one that was killed in the middle of a task', [{ activities: 3, ageSeconds: 151 }], { workers: 0, running: 0 }],
    [
      'one that shuts down, and still works',
      [{ activities: 1, status: 2, ageSeconds: 60 }],
      { workers: 1, running: 1, oldestAtMs: Infinity },
    ],
    ['one of another queue', [{ activities: 1, taskQueue: 'other' }], { workers: 0, running: 0 }],
  ])('%s', async (_, beats, expected) => {
    expect(await workersSeen(serverWith(...beats), asked, nowMs)).toMatchObject(expected);
  });

  it.each([
    ['activities', new Set(['activity'] as const), 3],
    ['workflows, with the activities that run in them', new Set(['workflow'] as const), 3],
  ])('only of %s, where tasks selects them', async (_, kinds, running) => {
    const server = serverWith({ activities: 3, workflows: 1, local: 2 });
    expect(await workersSeen(server, { ...asked, kinds }, nowMs)).toMatchObject({ running });
  });

  it('only of one version, where version is set', async () => {
    const server = serverWith({ activities: 1, buildId: 'v1' }, { activities: 2, buildId: 'v2' }, { activities: 4 });
    const version = { deployment: 'shop', buildId: 'v2' };
    expect(await workersSeen(server, { ...asked, version }, nowMs)).toMatchObject({ workers: 1, running: 2 });
  });

  it('of a queue with a quote in its name', async () => {
    const server = serverWith({ activities: 1, taskQueue: "jobs' OR ''='" });
    expect(await workersSeen(server, { ...asked, taskQueue: "jobs' OR ''='" }, nowMs)).toMatchObject({ running: 1 });
    expect((server as unknown as { queries: unknown[] }).queries).toEqual(['']);
  });
});
