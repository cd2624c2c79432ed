/** What people write, and what a watch carries: in workflow histories and in the digest of a configuration. */
import { policies, policySchema, writtenPolicySchema } from '../../../src/domain/policies/registry.js';

const written: readonly (readonly [written: Record<string, unknown>, carried: string])[] = [
  [
    { type: 'thresholds', value: 'load', preset: 'cost' },
    '{"type":"thresholds","value":"load","up":{"at":100,"add":1},"down":{"at":10,"remove":1}}',
  ],
  [
    { type: 'perUnit', value: 'load', target: 10 },
    '{"type":"perUnit","value":"load","target":10,"scaleInBelow":null,"tolerance":0,"averageMs":null,"burst":null}',
  ],
  [
    {
      type: 'perUnit',
      target: 10,
      tolerance: '5%',
      burst: { above: '200%', window: '6s' },
      average: '1m',
      value: 'load',
    },
    '{"type":"perUnit","value":"load","target":10,"scaleInBelow":null,"tolerance":0.05,"averageMs":60000,"burst":{"windowMs":6000,"above":2}}',
  ],
  [
    { type: 'utilization', value: 'load', target: 50 },
    '{"type":"utilization","value":"load","target":50,"tolerance":0.1,"averageMs":null,"burst":null}',
  ],
  [
    { type: 'forecast', value: 'load', target: 5, mode: 'scale', ahead: '1h', buffer: '20%' },
    '{"type":"forecast","value":"load","target":5,"seasonMs":86400000,"historyMs":604800000,"aheadMs":3600000,"buffer":0.2,"mode":"scale"}',
  ],
  [
    {
      type: 'schedule',
      timezone: 'UTC',
      windows: [
        { daysOfMonth: 5, min: 4 },
        { min: 1, for: '2h', cron: '0 9 * * *' },
      ],
    },
    '{"type":"schedule","timezone":"UTC","windows":[{"daysOfMonth":"5","min":4},{"cron":"0 9 * * *","forMs":7200000,"min":1}]}',
  ],
  [
    { type: 'steps', value: 'load', steps: [{ add: '50%', atLeast: 2, atOrAbove: 100 }] },
    '{"type":"steps","value":"load","steps":[{"atOrAbove":100,"add":"50%","atLeast":2}]}',
  ],
  [{ type: 'fixed', capacity: 3 }, '{"type":"fixed","capacity":3}'],
];

test.each(written)('the stored form of %j has not changed', (policy, carried) => {
  expect(JSON.stringify(writtenPolicySchema.parse(policy))).toBe(carried);
});

test.each(written)('a watch accepts the stored form of %j unchanged', (_, carried) => {
  expect(JSON.stringify(policySchema.parse(JSON.parse(carried)))).toBe(carried);
});

test.each(policies.all.map((definition) => [definition.type, definition] as const))(
  '%s has its own name as type',
  (type, { written, schema }) => {
    expect((written ?? schema).safeParse({ type: 'another' }).error?.issues[0]).toMatchObject({ path: ['type'] });
    expect((written ?? schema).safeParse({ type }).error?.issues.map(({ path }) => path.join())).not.toContain('type');
  },
);
