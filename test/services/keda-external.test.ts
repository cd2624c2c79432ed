import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { kedaScalerService } from '../../scripts/services/keda-scaler.js';
import { describeConformance, failureOf, make, plantedSecret } from '../sources/conformance.js';
import { makeCertificates } from '../support/certificates.js';

const never = (): AbortSignal => new AbortController().signal;
const certificates = await makeCertificates();
const server = await kedaScalerService(plantedSecret, certificates.files);

type Values = Readonly<Record<string, readonly (readonly [whole: number, float: number])[]>>;

const settingsFor = (port: number, metrics: Values = { jobs: [[3, 0]] }, more: Record<string, string> = {}) => ({
  address: `127.0.0.1:${port}`,
  metadata: { password: plantedSecret, metrics: JSON.stringify(metrics), ...more },
});
const subject = { type: 'keda-external', settingsFor: (port: number) => settingsFor(port) };

beforeAll(() => server.start());
afterAll(() => server.stop());

const sampleOf = async (settings: Record<string, unknown>) => {
  const source = make(subject, settings);
  try {
    return (await source.sample(never())).value;
  } finally {
    await source.close?.();
  }
};

describe('an external scaler in Python', () => {
  it.each([
    ['the whole number', { jobs: [[7, 0]] }, {}, 7],
    ['the floating-point number, if both are there', { jobs: [[7, 2.5]] }, {}, 2.5],
    ['the whole number, if the other is below zero', { jobs: [[7, -1]] }, {}, 7],
    ['a number of 2^53', { jobs: [[2 ** 53, 0]] }, {}, 2 ** 53],
    [
      'the sum of several values',
      {
        jobs: [
          [1, 0],
          [2, 0.5],
          [4, 0],
        ],
      },
      {},
      5.5,
    ],
    ['the metric that is named, of several', { jobs: [[1, 0]], mails: [[2, 0]] }, { metric: 'mails' }, 2],
  ] as const)('returns %s', async (_name, metrics, settings, value) => {
    expect(await sampleOf({ ...settingsFor(server.port, metrics), ...settings })).toBe(value);
  });

  it.each([
    ['true', 1],
    ['false', 0],
  ])('that is active: %s', async (active, value) => {
    expect(await sampleOf({ ...settingsFor(server.port, {}, { active }), measure: 'active' })).toBe(value);
  });

  it('receives the name, the namespace and its own address', async () => {
    const expected = { name: 'worker', namespace: 'shop', address: `127.0.0.1:${server.port}` };
    const settings = settingsFor(server.port, undefined, { expect: JSON.stringify(expected) });
    expect(await sampleOf({ ...settings, name: 'worker', namespace: 'shop' })).toBe(3);
    expect((await failureOf(make(subject, settings))).message).toContain('another object is expected');
  });

  it('over TLS, with a client certificate', async () => {
    const { ca, cert, key } = certificates;
    expect(await sampleOf({ ...settingsFor(server.tlsPort), tls: { ca, cert, key } })).toBe(3);
    const without = await failureOf(make(subject, { ...settingsFor(server.tlsPort), tls: { ca } }));
    expect(['unreachable', 'denied']).toContain(without.code);
  });
});

describeConformance(subject, {
  server,
  value: 3,
  wrongLogin: () => settingsFor(server.port, undefined, { password: 'wrong' }),
  missingName: () => ({ settings: { ...settingsFor(server.port), metric: 'none' }, outcome: 'missing' }),
  empty: () => ({ settings: settingsFor(server.port, { jobs: [[0, 0]] }), outcome: 0 }),
});
