/** Each trigger that has a source here: its signal, its policy, and its activity. */
import { importedAs, promql, scaledObjectOf, trigger } from './importing.js';
import { rows } from './keda-trigger-rows.js';

type Written = Record<string, unknown>;

async function autoscaleOf(triggers: readonly object[], spec: object = {}, ...documents: readonly string[]) {
  const { configuration, report } = await importedAs('keda', scaledObjectOf({ triggers, ...spec }), ...documents);
  const { autoscale } = Object.values(configuration.resources)[0] as { autoscale: Written };
  return { autoscale, report };
}

it.each(rows.map((row) => [row[0], row] as const))('%s', async (_, [, given, signal, policy, others = {}]) => {
  const { autoscale } = await autoscaleOf([given]);
  const signals = autoscale['signals'] as Written;
  expect(Object.values(signals)[0]).toMatchObject(signal);
  expect(signals).toMatchObject(others);
  expect(autoscale['policies']).toEqual([expect.objectContaining(policy)]);
  expect(JSON.stringify(autoscale)).not.toContain('secret-word');
});

describe('activity', () => {
  it.each([
    ['one trigger', [promql('a', '5')], { value: 'a', for: '5m', atOnce: true }],
    ['with an activation value', [promql('a', '5', { activationThreshold: '2.5' })], { value: 'a', atOrBelow: 2.5 }],
    ['several', [promql('a', '5'), promql('b', '5')], { value: 'a + b' }],
    [
      'several with different values',
      [promql('a', '5'), promql('b', '5', { activationThreshold: '3' })],
      { value: '(a > 0 || b > 3) ? 1 : 0' },
    ],
    ['of an external scaler', [trigger('external', { scalerAddress: 's:1' })], { value: 'work_active' }],
    [
      'CPU does not count beside others',
      [promql('a', '5'), trigger('cpu', { value: '60' }, { metricType: 'Utilization' })],
      { value: 'a' },
    ],
  ])('%s', async (_, triggers, idle) => {
    expect((await autoscaleOf(triggers)).autoscale['idle']).toMatchObject(idle);
  });

  it('an activation value that one item does not reach is in the report', async () => {
    const { report } = await autoscaleOf([promql('a', '5', { activationThreshold: '1' })]);
    expect(report.warnings).toContainEqual({
      path: 'ScaledObject shop/web spec.minReplicaCount',
      message: expect.stringContaining('a single item does not either') as string,
    });
  });
});

describe('cron triggers', () => {
  const cron = (start: string, end: string, desiredReplicas: string, timezone = 'Europe/Berlin') =>
    trigger('cron', { timezone, start, end, desiredReplicas });

  it('are floors, of which the largest applies', async () => {
    const { autoscale, report } = await autoscaleOf([
      cron('0 8 * * 1-5', '0 18 * * 1-5', '10'),
      cron('0 6 * * ?', '0 22 * * ?', '3'),
      cron('0 0 * * *', '0 4 * * *', '2', 'UTC'),
    ]);
    expect(autoscale['policies']).toEqual([
      {
        type: 'schedule',
        timezone: 'Europe/Berlin',
        windows: [
          { cron: '0 6 * * *', until: '0 22 * * *', min: 3 },
          { cron: '0 8 * * 1-5', until: '0 18 * * 1-5', min: 10 },
        ],
      },
      { type: 'schedule', timezone: 'UTC', windows: [{ cron: '0 0 * * *', until: '0 4 * * *', min: 2 }] },
    ]);
    expect(autoscale['idle']).toEqual({ value: '0', for: '5m', atOnce: true });
    expect(report.unsupported).toEqual([]);
  });

  it('of 0 units keep one, as in KEDA', async () => {
    const { autoscale, report } = await autoscaleOf([cron('0 21 * * 1-5', '0 9 * * 2-6', '0')]);
    expect(autoscale['policies']).toMatchObject([{ windows: [{ min: 1 }] }]);
    expect(report.warnings.map(({ message }) => message).join()).toContain('keeps 1 unit');
  });

  it.each([
    ['several starts before one end', cron('0 6 * * 1-5', '0 20 * * 5', '3'), 'do not alternate'],
    ['no pattern', cron('soon', '0 20 * * 5', '3'), 'the pattern soon'],
    ['no time zone', cron('0 6 * * *', '0 20 * * *', '3', 'Berlin'), 'the time zone Berlin'],
  ])('%s: not carried over', async (_, given, what) => {
    const { report } = await autoscaleOf([promql('a', '5'), given]);
    expect(report.unsupported).toEqual([
      expect.objectContaining({ what: expect.stringContaining(what) as string }),
      expect.objectContaining({ what: 'scaling to 0' }),
    ]);
  });
});

describe('a trigger without a source here', () => {
  it.each([
    ['kubernetes-workload', 'kube-state-metrics'],
    ['azure-eventhub', 'Kafka endpoint'],
    ['solr', 'kubernetes-external'],
  ])('%s: the report names what comes nearest, and nothing goes to zero', async (type, nearest) => {
    const { autoscale, report } = await autoscaleOf([promql('a', '5'), trigger(type, { any: 'thing' })]);
    expect(report.unsupported[0]).toEqual({
      path: 'ScaledObject shop/web spec.triggers[1]',
      what: `the trigger ${type}`,
      why: expect.stringContaining(nearest) as string,
    });
    expect(autoscale['idle']).toBeUndefined();
  });

  it('alone: the resource has no autoscale', async () => {
    const { configuration, config } = await importedAs('keda', scaledObjectOf({ triggers: [trigger('solr', {})] }));
    expect(configuration.resources['web']).toEqual({
      platform: { type: 'kubernetes', namespace: 'shop', kind: 'Deployment', name: 'web' },
      min: 1,
      max: 100,
      cooldown: '0s',
    });
    expect(config.resources['web']?.autoscale).toBeUndefined();
  });
});

describe('credentials', () => {
  const authentication = (spec: object, kind = 'TriggerAuthentication') =>
    JSON.stringify({ apiVersion: 'keda.sh/v1alpha1', kind, metadata: { name: 'login', namespace: 'shop' }, spec });
  const secretRef = (...parameters: readonly string[]) => ({
    secretTargetRef: parameters.map((parameter) => ({ parameter, name: 'queue-login', key: parameter })),
  });
  const queue = trigger(
    'rabbitmq',
    { queueName: 'mails', mode: 'QueueLength', value: '5', protocol: 'http' },
    { authenticationRef: { name: 'login' } },
  );

  it('of a Secret become placeholders, and the report says where the values are', async () => {
    const secret = JSON.stringify({
      kind: 'Secret',
      metadata: { name: 'queue-login' },
      stringData: { host: 'secret-word' },
    });
    const documents = [authentication(secretRef('host', 'password', 'other')), secret];
    const { autoscale, report } = await autoscaleOf([queue], {}, ...documents);
    expect(autoscale['signals']).toMatchObject({
      mails: { url: '${QUEUE_LOGIN_HOST}', password: '${QUEUE_LOGIN_PASSWORD}' },
    });
    expect(JSON.stringify([autoscale, report])).not.toContain('secret-word');
    expect(report.warnings).toContainEqual({
      path: 'TriggerAuthentication shop/login spec.secretTargetRef[0]',
      message:
        'became ${QUEUE_LOGIN_HOST}: set it in the environment of the worker to the key host of the Secret queue-login',
    });
    expect(report.unsupported).toEqual([expect.objectContaining({ what: 'the parameter other' })]);
  });

  it('of a ClusterTriggerAuthentication, a ConfigMap, the environment and a vault too', async () => {
    const spec = {
      configMapTargetRef: [{ parameter: 'host', name: 'shared', key: 'url' }],
      env: [{ parameter: 'username', name: 'QUEUE_USER', containerName: 'app' }],
      hashiCorpVault: { address: 'http://vault', secrets: [{ parameter: 'password', path: 'a', key: 'b' }] },
    };
    const reference = { name: 'login', kind: 'ClusterTriggerAuthentication' };
    const { autoscale, report } = await autoscaleOf(
      [{ ...queue, authenticationRef: reference }],
      {},
      authentication(spec, 'ClusterTriggerAuthentication'),
    );
    expect(autoscale['signals']).toMatchObject({
      mails: { url: '${SHARED_URL}', username: '${QUEUE_USER}', password: '${LOGIN_PASSWORD}' },
    });
    expect(report.unsupported).toEqual([]);
  });

  it('in an address, and in the trigger itself, become placeholders', async () => {
    const { autoscale } = await autoscaleOf([
      trigger('rabbitmq', {
        host: 'http://user:secret-word@rabbitmq:15672',
        queueName: 'mails',
        value: '5',
        mode: 'QueueLength',
      }),
    ]);
    expect(autoscale['signals']).toMatchObject({ mails: { url: '${WEB_HOST}' } });
  });

  it('of a document that is not in the input: the report asks for it', async () => {
    const { autoscale, report } = await autoscaleOf([queue]);
    expect(autoscale['signals']).toMatchObject({ mails: { url: '${LOGIN_HOST}' } });
    expect(report.unsupported).toEqual([expect.objectContaining({ what: 'the TriggerAuthentication login' })]);
  });

  it('of a pod: the identity of Escapement applies', async () => {
    const sqs = trigger(
      'aws-sqs-queue',
      { queueURL: 'https://sqs/1/a', awsRegion: 'eu-west-1' },
      { authenticationRef: { name: 'login' } },
    );
    const podIdentity = { provider: 'aws', roleArn: 'arn:aws:iam::1:role/keda' };
    const { report } = await autoscaleOf([sqs], {}, authentication({ podIdentity }));
    expect(report.warnings.map(({ path }) => path)).toContain('TriggerAuthentication shop/login spec.podIdentity');
    expect(report.unsupported.map(({ path }) => path)).toEqual([
      'TriggerAuthentication shop/login spec.podIdentity.roleArn',
    ]);
  });

  it('whose mechanism is in a Secret: the report says what to write', async () => {
    const kafka = trigger(
      'kafka',
      { bootstrapServers: 'a:1', consumerGroup: 'g', topic: 't' },
      { authenticationRef: { name: 'login' } },
    );
    const { autoscale, report } = await autoscaleOf(
      [kafka],
      {},
      authentication(secretRef('sasl', 'username', 'password', 'tls', 'ca')),
    );
    expect(autoscale['signals']).toMatchObject({
      t: { sasl: { username: '${QUEUE_LOGIN_USERNAME}' }, tls: { ca: '${QUEUE_LOGIN_CA}' } },
    });
    expect(report.unsupported).toEqual([expect.objectContaining({ what: 'the mechanism of the login' })]);
  });
});
