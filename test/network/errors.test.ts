/** One reading of what servers, SDKs and sockets say, for sources and platforms alike. */
import { describe, expect, it } from '@jest/globals';
import { awsAnswerIn } from '../../src/adapters/net/aws.js';
import { connectionFailureOf, describeError, wasNeverSent } from '../../src/adapters/net/connection-errors.js';
import { grpcStatusOf } from '../../src/adapters/net/grpc.js';
import { parseRetryAfter } from '../../src/adapters/net/http/retry-after.js';
import { codeOfStatus } from '../../src/adapters/net/http/status.js';

const nowMs = Date.parse('Sat, 28 Nov 2026 12:00:00 GMT');

describe('Retry-After', () => {
  it.each<[string | null | undefined, number | undefined]>([
    ['7', 7000],
    ['0', undefined],
    ['-7', undefined],
    ['7 s', undefined],
    ['foo 7', undefined],
    ['86400', 300_000],
    ['Sat, 28 Nov 2026 12:00:09 GMT', 9000],
    ['Sat, 28 Nov 2026 11:00:00 GMT', undefined],
    ['Sun, 29 Nov 2026 12:00:00 GMT', 300_000],
    ['', undefined],
    [null, undefined],
    [undefined, undefined],
  ])('%j is a wait of %j ms', (value, waitMs) => {
    expect(parseRetryAfter(value, nowMs)).toBe(waitMs);
  });
});

it.each([
  [200, 'malformed'],
  [302, 'invalid'],
  [303, 'failed'],
  [400, 'refused'],
  [401, 'denied'],
  [404, 'missing'],
  [409, 'conflict'],
  [422, 'refused'],
  [429, 'throttled'],
  [405, 'invalid'],
  [503, 'failed'],
])('HTTP status %i is %s', (status, code) => {
  expect(codeOfStatus(status)).toBe(code);
});

it.each([
  [1, 'cancelled', 'timeout'],
  [4, 'deadlineExceeded', 'timeout'],
  [5, 'notFound', 'missing'],
  [7, 'permissionDenied', 'denied'],
  [10, 'aborted', 'conflict'],
  [12, 'unimplemented', undefined],
  [14, 'unavailable', 'unreachable'],
])('gRPC status %i is %s: %s', (status, name, code) => {
  expect(grpcStatusOf(Object.assign(new Error('no'), { code: status }))).toEqual({ name, code });
});

it.each([new Error('no'), Object.assign(new Error('no'), { code: 'ECONNRESET' }), { code: 5 }, undefined])(
  '%j has no status of gRPC',
  (error) => {
    expect(grpcStatusOf(error)).toBeUndefined();
  },
);

describe('an error of AWS', () => {
  const errorOf = (name: string, status: number | undefined, rest: object = { $fault: 'client' }) =>
    Object.assign(new Error('so it is'), { name, $metadata: { httpStatusCode: status }, ...rest });

  it.each([
    ['ThrottlingException', 400, 'throttled'],
    ['RequestLimitExceeded', 400, 'throttled'],
    // A quota: a smaller change may be taken.
    ['LimitExceededException', 400, 'refused'],
    ['ExpiredTokenException', 400, 'denied'],
    ['SignatureDoesNotMatch', 403, 'denied'],
    ['QueueDoesNotExist', 400, 'missing'],
    ['ServiceNotFoundException', 400, 'missing'],
    ['UpdateInProgressException', 400, 'conflict'],
    ['InvalidParameterException', 400, 'refused'],
    ['ServerException', 500, 'failed'],
  ])('%s with status %i is %s', (name, status, code) => {
    expect(awsAnswerIn(errorOf(name, status))).toMatchObject({
      code,
      isOfAws: true,
      said: `${status} ${name}: so it is`,
    });
  });

  it('of a proxy in between tells its status and type, and no words', () => {
    const $response = { headers: { 'content-type': 'text/html' } };
    expect(awsAnswerIn(errorOf('Unknown', 407, { $response }))).toMatchObject({
      code: 'invalid',
      isOfAws: false,
      said: '407 (text/html)',
    });
  });

  it('that stands for no answer says nothing of one', () => {
    expect(awsAnswerIn(errorOf('TimeoutError', undefined))).toBeUndefined();
  });
});

const refused = Object.assign(new Error('connect ECONNREFUSED 127.0.0.1:1'), { code: 'ECONNREFUSED' });
const reset = Object.assign(new Error('read ECONNRESET'), { code: 'ECONNRESET' });

describe('an error of a connection', () => {
  it.each<[string, unknown, boolean]>([
    ['refused', refused, true],
    ['refused, wrapped', new Error('fetch failed', { cause: refused }), true],
    ['refused, with its code in the message only', new Error('request to x failed: connect ECONNREFUSED'), true],
    ['refused at every address', new AggregateError([refused, refused], ''), true],
    ['refused at one address and reset at another', new AggregateError([refused, reset], ''), false],
    ['a certificate of nobody', Object.assign(new Error('self-signed'), { code: 'SELF_SIGNED_CERT_IN_CHAIN' }), true],
    ['reset', reset, false],
    ['anything else', new Error('oops'), false],
    ['no error at all', 'oops', false],
  ])('%s: nothing was sent: %j', (_name, error, expected) => {
    expect(wasNeverSent(error)).toBe(expected);
  });

  it('is described by the message of Node, and for a client only by the name of its error', () => {
    expect(describeError(new Error('answered: hunter2', { cause: refused }))).toBe(refused.message);
    expect(describeError(new TypeError('answered: hunter2'))).toBe('TypeError');
  });

  it('says what to do, and nothing of what is no connection', () => {
    expect(connectionFailureOf(new AggregateError([reset], ''))).toMatchObject({
      code: 'unreachable',
      text: expect.stringContaining('(ECONNRESET). Check that it is running') as unknown,
    });
    expect(connectionFailureOf(new Error('oops'))).toBeUndefined();
  });
});
