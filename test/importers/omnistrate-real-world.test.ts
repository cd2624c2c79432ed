/** The shapes of compose files in public repositories, with other names and numbers, and the outcome of each. */
import { importedAs, refusalAs } from './importing-environments.js';

const kind = 'omnistrate';
const capability = (autoscaling: object, others: object = {}) => ({
  'x-omnistrate-capabilities': { autoscaling, ...others },
});
const compose = (services: object) => JSON.stringify({ services });
const custom = { policyType: 'custom', minReplicas: 1, maxReplicas: 6 };
const controller = { environment: ['AUTOSCALER_TARGET_RESOURCE=worker', 'AUTOSCALER_COOLDOWN=240'] };
const managed = {
  minReplicas: 1,
  maxReplicas: 8,
  idleThreshold: 10,
  idleMinutesBeforeScalingDown: 4,
  overUtilizedThreshold: 70,
  overUtilizedMinutesBeforeScalingUp: 2,
};
const scalingMetric = { metricEndpoint: 'http://localhost:9104/metrics', metricName: 'threads_running' };

describe('files of public repositories', () => {
  const sidecars = { enableMultiZone: true, enableEndpointPerReplica: true };
  const stop = (minimumNodesInPool: number) => ({
    serverlessConfiguration: { enableAutoStop: true, minimumNodesInPool, targetPort: 5432 },
  });
  const database = { image: 'postgres', ports: ['5432:5432'], environment: ['POSTGRES_DB={{ $var.name }}'] };
  const still = { ...managed, minReplicas: 1, maxReplicas: 1 };
  const both = (first: object, second: object) => ({
    first: { ...database, ...first },
    second: { ...database, ...second },
  });

  it.each([
    [
      'the example: a controller, and a worker that may go to zero',
      { controller, worker: capability({ ...custom, minReplicas: 0 }) },
      ['worker'],
      0,
    ],
    [
      'the example for several resources',
      {
        controller: { environment: ['AUTOSCALER_TARGET_RESOURCES=api,worker', 'AUTOSCALER_COOLDOWN=0'] },
        api: capability(custom),
        worker: capability(custom),
      },
      ['api', 'worker'],
      0,
    ],
    [
      'a database for several tenants, stopped when idle',
      { db: { ...database, ...capability(still, stop(0)) } },
      ['db'],
      1,
    ],
    [
      'a ring of a seed and its nodes, without thresholds',
      both(capability({ minReplicas: 1, maxReplicas: 4 }), capability({ minReplicas: 1, maxReplicas: 9 })),
      ['first', 'second'],
      2,
    ],
    [
      'a web tool in front of a database',
      both(capability({ minReplicas: 1, maxReplicas: 2 }, { httpReverseProxy: { targetPort: 80 }, ...sidecars }), {}),
      ['first'],
      1,
    ],
    [
      'a writer that stays one, and readers',
      both(capability(still, { ...stop(1), ...sidecars }), {
        'x-omnistrate-compute': { replicaCountAPIParam: 'readers' },
      }),
      ['first'],
      1,
    ],
    [
      'replicas of a database, with parameters of a group',
      { replica: { environment: ['MYSQL_USER=$group.var.user'], ...capability(managed, stop(1)) } },
      ['replica'],
      1,
    ],
    [
      'workers of a cluster for machine learning',
      { workers: { ...capability(managed, sidecars), 'x-omnistrate-api-params': [{ key: 'instanceType' }] } },
      ['workers'],
      1,
    ],
    [
      'a metric of an exporter beside the database',
      { writer: { ...database, ...capability({ ...still, scalingMetric }, sidecars) } },
      ['writer'],
      1,
    ],
    [
      'two pools of connections, one with more replicas',
      both(capability({ ...managed, maxReplicas: 3 }), capability(managed)),
      ['first', 'second'],
      2,
    ],
    [
      'a vector database with anchors and policies of an account',
      {
        db: capability(managed, {
          serviceAccountPolicies: { aws: ['SQS'] },
          backupConfiguration: { backupRetentionInDays: 7 },
        }),
      },
      ['db'],
      1,
    ],
  ] as const)('%s', async (_, services, resources, notCarriedOver) => {
    const { report } = await importedAs(kind, compose(services));
    expect([report.resources, report.unsupported.length]).toEqual([resources, notCarriedOver]);
  });

  it('a shape of another product, a list of metrics, is refused with its place', async () => {
    const autoscaling = [{ metric: 'CpuMetric', targetValue: 70, minReplicas: 2, maxReplicas: 10 }];
    expect(await refusalAs(kind, compose({ web: { 'x-omnistrate-capabilities': { autoscaling } } }))).toContain(
      'input-1 services.web.x-omnistrate-capabilities.autoscaling is a list',
    );
  });
});
