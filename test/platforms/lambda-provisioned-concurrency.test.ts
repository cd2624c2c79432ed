/** The real traffic of AWS's SDK with a server of ours. Nothing here ran against AWS itself. */
import { lambdaProvisionedConcurrency } from '../../src/adapters/platforms/aws/lambda-provisioned-concurrency.js';
import { closeJsonServers, startJsonServer } from './fixtures/json-server.js';
import { lambdaAt, lambdaError, startLambdaServer } from './fixtures/lambda-server.js';
import { never, permitted } from './fixtures/sidecar-client.js';

process.env['AWS_ACCESS_KEY_ID'] = 'test';
process.env['AWS_SECRET_ACCESS_KEY'] = 'hunter2';

afterEach(closeJsonServers);

const context = { resource: 'worker', requestTimeoutMs: 10_000 };
const oneToFour = { from: 1, to: 4, idempotencyKey: 'run-1/1' };

describe('an observation', () => {
  it.each([
    ['READY', 'ACTIVE', 3],
    ['IN_PROGRESS', 'STARTING', 0],
    ['FAILED', 'UNKNOWN', 0],
  ] as const)('of an allocation that is %s is %s', async (allocation, status, ready) => {
    const server = await startLambdaServer(3);
    server.alias.config = { requested: 3, status: allocation };
    expect(await lambdaAt(server.url, context).observe(never)).toMatchObject({
      capacity: 3,
      status,
      ready,
      details: { allocation, allocated: String(ready) },
    });
  });

  it('shows why an allocation failed', async () => {
    const server = await startLambdaServer(3);
    server.alias.config = { requested: 3, status: 'FAILED', reason: 'FUNCTION_ERROR_INIT_FAILURE' };
    expect((await lambdaAt(server.url, context).observe(never)).details).toMatchObject({
      reason: 'FUNCTION_ERROR_INIT_FAILURE',
    });
  });

  it('an alias without provisioned concurrency has the capacity 0 and is ACTIVE', async () => {
    const server = await startLambdaServer(0);
    const seen = await lambdaAt(server.url, context).observe(never);
    expect(seen).toMatchObject({ capacity: 0, ready: 0, status: 'ACTIVE' });
  });

  it.each([
    [lambdaError(404, 'ResourceNotFoundException'), 'missing'],
    [lambdaError(403, 'AccessDeniedException'), 'denied'],
    [lambdaError(403, 'ExpiredTokenException'), 'denied'],
    [lambdaError(429, 'TooManyRequestsException'), 'throttled'],
    [lambdaError(500, 'ServiceException'), 'failed'],
    [{ body: {} }, 'malformed'],
    ['reset' as const, 'unreachable'],
    ['hang' as const, 'timeout'],
  ])('%j fails with %s, after one request', async (answer, code) => {
    const server = await startLambdaServer(1);
    server.instead.push(answer);
    const platform = lambdaAt(server.url, { ...context, requestTimeoutMs: answer === 'hang' ? 300 : 10_000 });
    const error = (await platform.observe(never).catch((thrown: unknown) => thrown)) as Error;
    expect(error).toMatchObject({ name: 'AdapterError', code });
    expect(error.message).toMatch(/^worker: GetProvisionedConcurrencyConfig checkout:live/);
    expect(error.message).not.toContain('hunter2');
    expect(server.requests).toHaveLength(1);
  });
});

describe('a change', () => {
  it('requests the number, and the next observation has it while Lambda allocates', async () => {
    const server = await startLambdaServer(1);
    const platform = lambdaAt(server.url, context);
    expect(await platform.change(oneToFour, permitted, never)).toEqual({ outcome: 'accepted' });
    expect(server.requests.map(({ method, body }) => [method, body])).toEqual([
      ['PUT', { ProvisionedConcurrentExecutions: 4 }],
    ]);
    expect(await platform.observe(never)).toMatchObject({ capacity: 4, ready: 0, status: 'STARTING' });
    expect(await platform.observe(never)).toMatchObject({ capacity: 4, ready: 4, status: 'ACTIVE' });
  });

  it('to 0 deletes the configuration, because Lambda does not accept 0', async () => {
    const server = await startLambdaServer(1);
    const platform = lambdaAt(server.url, context);
    expect(await platform.change({ ...oneToFour, to: 0 }, permitted, never)).toEqual({ outcome: 'accepted' });
    expect(server.requests.map(({ method }) => method)).toEqual(['DELETE']);
    expect(server.alias).toEqual({});
    expect(await platform.observe(never)).toMatchObject({ capacity: 0 });
  });

  const forGood = { outcome: 'rejected', final: true };
  const forNow = { outcome: 'rejected', final: false };
  const unreserved =
    "Specified ConcurrentExecutions for function decreases account's UnreservedConcurrentExecution below its minimum value of [100].";
  const unpublished = 'Provisioned Concurrency Configs cannot be applied to unpublished function versions.';

  it.each([
    ['a quota', lambdaError(400, 'InvalidParameterValueException', unreserved), { ...forGood, lessMayHelp: true }],
    ['an alias of $LATEST', lambdaError(400, 'InvalidParameterValueException', unpublished), forGood],
    [
      'an alias with weights',
      lambdaError(
        400,
        'InvalidParameterValueException',
        'Alias with weights can not be used with Provisioned Concurrency',
      ),
      forGood,
    ],
    ['an alias that is gone', lambdaError(404, 'ResourceNotFoundException'), forGood],
    ['no permission', lambdaError(403, 'AccessDeniedException'), forGood],
    [
      'another operation in progress',
      lambdaError(409, 'ResourceConflictException'),
      { ...forNow, retryAfterMs: 30_000 },
    ],
    ['too many requests', lambdaError(429, 'TooManyRequestsException'), forNow],
    ['an internal error', lambdaError(500, 'ServiceException'), { outcome: 'unknown' }],
    ['a lost response', 'reset' as const, { outcome: 'unknown' }],
    ['no response', 'hang' as const, { outcome: 'unknown' }],
  ])('with the response %s is %j, after one request', async (_name, answer, expected) => {
    for (const to of [4, 0]) {
      const server = await startLambdaServer(1);
      server.instead.push(answer);
      const platform = lambdaAt(server.url, { ...context, requestTimeoutMs: answer === 'hang' ? 300 : 10_000 });
      const outcome = await platform.change({ ...oneToFour, to }, permitted, never);
      expect(outcome).toMatchObject(expected);
      if (!('lessMayHelp' in expected)) expect(outcome).not.toHaveProperty('lessMayHelp');
      expect(server.requests).toHaveLength(1);
    }
  });

  it.each([
    "Alias can't be used for Provisioned Concurrency configuration on an already Provisioned version",
    'Version is pointed by a Provisioned Concurrency alias',
  ])(
    'that conflicts with another configuration cannot succeed later, and the reason says what to do: %s',
    async (said) => {
      const server = await startLambdaServer(1);
      server.instead.push(lambdaError(409, 'ResourceConflictException', said));
      expect(await lambdaAt(server.url, context).change(oneToFour, permitted, never)).toEqual({
        ...forGood,
        reason: expect.stringMatching(/Provisioned.* delete the other configuration$/) as unknown,
      });
    },
  );

  it.each([4, 0])('to %i is not sent when its send permit expired', async (to) => {
    const server = await startLambdaServer(1);
    const platform = lambdaAt(server.url, context);
    expect(await platform.change({ ...oneToFour, to }, { isValid: () => false }, never)).toMatchObject(forNow);
    expect(server.requests).toHaveLength(0);
  });

  it('to a closed port was certainly not sent', async () => {
    const server = await startLambdaServer(1);
    await closeJsonServers();
    expect(await lambdaAt(server.url, context).change(oneToFour, permitted, never)).toMatchObject(forNow);
  });
});

describe('settings', () => {
  const problemOf = (written: object) => lambdaProvisionedConcurrency.settings.safeParse(written).error?.issues[0];

  it.each([
    [{ qualifier: '$LATEST' }, 'Lambda provisions no concurrency for $LATEST'],
    [{ qualifier: 'live', function: 'checkout:live' }, 'set qualifier for those'],
    [
      { qualifier: 'live', function: 'arn:aws:lambda:eu-west-1:123456789012:function:checkout:live' },
      'set qualifier for those',
    ],
  ])('%j are refused', (written, message) => {
    expect(problemOf(written)?.message).toContain(message);
  });

  it('the region of an ARN is used', async () => {
    const name = 'arn:aws:lambda:us-east-2:123456789012:function:checkout';
    const server = await startJsonServer(() => ({ body: { RequestedProvisionedConcurrentExecutions: 3 } }));
    const settings = lambdaProvisionedConcurrency.settings.parse({
      function: name,
      qualifier: '7',
      endpoint: server.url,
    });
    expect(await lambdaProvisionedConcurrency.create(settings, context).observe(never)).toMatchObject({ capacity: 3 });
    expect(server.requests[0]!.path).toContain(`/functions/${encodeURIComponent(name)}/provisioned-concurrency`);
    expect(server.requests[0]!.path).toContain('Qualifier=7');
    expect(server.requests[0]!.headers['authorization']).toContain('/us-east-2/lambda/aws4_request');
  });
});
