/**
 * What KEDA (of August 2026) decides, as facts: compared with its own packages and, for the numbers of the HPA, with the
 * calculator of the HPA.
 */
type Behavior =
  'static' | 'currentReplicas' | 'currentReplicasIfHigher' | 'currentReplicasIfLower' | 'scalingModifiers' | '';

/** A trigger that fails, and what the HPA then computes. */
export interface Fallback {
  readonly name: string;
  readonly threshold: number;
  readonly replicas: number;
  readonly behavior: Behavior;
  readonly metricType?: 'Value';
  /** With `scalingModifiers` of this target. */
  readonly modifierTarget?: string;
  readonly current: number;
  readonly ready?: number;
  /** Failures before the first of `values`. */
  readonly failures?: number;
  /** Null: the trigger fails. The target of the trigger is 5. */
  readonly values: readonly (number | null)[];
  /** Null: the HPA receives an error, and keeps the replicas. */
  readonly expected: readonly (number | null)[];
}

const down = (count: number): null[] => Array.from({ length: count }, () => null);
const oneFailure = { threshold: 0, values: [null] } as const;

export const fallbacks: readonly Fallback[] = [
  {
    name: 'threshold 3: the fourth failure',
    threshold: 3,
    replicas: 6,
    behavior: 'static',
    current: 3,
    values: down(4),
    expected: [...down(3), 6],
  },
  { name: 'threshold 0: the first failure', ...oneFailure, replicas: 6, behavior: 'static', current: 3, expected: [6] },
  {
    name: 'threshold 1: the second failure',
    threshold: 1,
    replicas: 6,
    behavior: 'static',
    current: 3,
    values: down(2),
    expected: [null, 6],
  },
  {
    name: 'a success clears the count',
    threshold: 3,
    replicas: 6,
    behavior: 'static',
    current: 3,
    values: [...down(3), 7, ...down(4)],
    expected: [...down(3), 2, ...down(3), 6],
  },
  {
    name: 'a success ends it',
    threshold: 1,
    replicas: 6,
    behavior: 'static',
    current: 3,
    values: [...down(2), 20, 20],
    expected: [null, 6, 4, 4],
  },
  {
    name: 'it stays while the trigger fails',
    threshold: 2,
    replicas: 6,
    behavior: 'static',
    current: 3,
    values: down(6),
    expected: [...down(2), 6, 6, 6, 6],
  },
  {
    name: 'to zero, which the HPA raises to its minimum',
    ...oneFailure,
    replicas: 0,
    behavior: 'static',
    current: 3,
    expected: [0],
  },
  {
    name: 'one more than there are: within the tolerance of the HPA',
    ...oneFailure,
    replicas: 11,
    behavior: 'static',
    current: 10,
    expected: [10],
  },
  {
    name: 'a tenth fewer: within the tolerance of the HPA',
    ...oneFailure,
    replicas: 18,
    behavior: 'static',
    current: 20,
    expected: [20],
  },
  { name: 'from one', ...oneFailure, replicas: 6, behavior: 'static', current: 1, expected: [6] },
  { name: 'with no observed pod', ...oneFailure, replicas: 6, behavior: 'static', current: 0, expected: [6] },
  {
    name: 'IfHigher, and the current number is',
    ...oneFailure,
    replicas: 6,
    behavior: 'currentReplicasIfHigher',
    current: 10,
    expected: [10],
  },
  {
    name: 'IfHigher, and both are equal',
    ...oneFailure,
    replicas: 6,
    behavior: 'currentReplicasIfHigher',
    current: 6,
    expected: [6],
  },
  {
    name: 'IfLower, and the current number is not',
    ...oneFailure,
    replicas: 6,
    behavior: 'currentReplicasIfLower',
    current: 10,
    expected: [6],
  },
  { name: 'an empty behavior is static', ...oneFailure, replicas: 6, behavior: '', current: 10, expected: [6] },
  {
    name: 'metricType Value',
    ...oneFailure,
    replicas: 6,
    behavior: 'static',
    metricType: 'Value',
    current: 3,
    expected: [6],
  },
  {
    name: 'metricType Value without a ready pod',
    ...oneFailure,
    replicas: 6,
    behavior: 'static',
    metricType: 'Value',
    current: 3,
    ready: 0,
    expected: [null],
  },
  {
    name: 'metricType Value with half of the pods ready',
    ...oneFailure,
    replicas: 6,
    behavior: 'static',
    metricType: 'Value',
    current: 4,
    ready: 2,
    expected: [6],
  },
  {
    name: 'metricType Value and currentReplicas',
    ...oneFailure,
    replicas: 6,
    behavior: 'currentReplicas',
    metricType: 'Value',
    current: 4,
    expected: [4],
  },
  {
    name: 'with the target of a formula',
    ...oneFailure,
    replicas: 6,
    behavior: 'static',
    modifierTarget: '10',
    current: 3,
    expected: [6],
  },
  {
    name: 'earlier failures count',
    threshold: 3,
    replicas: 6,
    behavior: 'static',
    current: 3,
    failures: 3,
    values: [null],
    expected: [6],
  },
  {
    name: 'a value within the tolerance',
    threshold: 3,
    replicas: 6,
    behavior: 'static',
    current: 3,
    values: [16],
    expected: [3],
  },
  { name: 'a value above it', threshold: 3, replicas: 6, behavior: 'static', current: 3, values: [17], expected: [4] },
  {
    name: 'a value at its edge',
    threshold: 3,
    replicas: 6,
    behavior: 'static',
    current: 3,
    values: [16.5],
    expected: [3],
  },
  { name: 'a value below it', threshold: 3, replicas: 6, behavior: 'static', current: 3, values: [9], expected: [2] },
  { name: 'a value of zero', threshold: 3, replicas: 6, behavior: 'static', current: 3, values: [0], expected: [0] },
  {
    name: 'the number that replicas and target give',
    ...oneFailure,
    replicas: 4,
    behavior: 'static',
    current: 3,
    expected: [4],
  },
];

/** A formula over triggers. */
export interface Formula {
  readonly name: string;
  readonly formula: string;
  readonly activationTarget?: string;
  /** Null: the trigger has failed more often than the fallback tolerates. */
  readonly values: Readonly<Record<string, number | null>>;
  readonly fallback?: object;
  readonly expected: number;
  readonly isActive: boolean;
}

/** Over 3 units, with target 10. */
export const formulas: readonly Formula[] = [
  { name: 'a mean', formula: '(a + b) / 2', values: { a: 20, b: 35 }, expected: 3, isActive: true },
  { name: 'a maximum', formula: 'max(a, b)', values: { a: 20, b: 75 }, expected: 8, isActive: true },
  {
    name: 'the second branch of a condition',
    formula: 'a > 10 ? b : 5',
    values: { a: 9, b: 75 },
    expected: 1,
    isActive: true,
  },
  { name: 'a third', formula: 'a / 3', values: { a: 1 }, expected: 1, isActive: true },
  {
    name: 'the activation target is not above itself',
    formula: 'a * 2',
    activationTarget: '10',
    values: { a: 5 },
    expected: 1,
    isActive: false,
  },
  {
    name: 'just above the activation target',
    formula: 'a * 2',
    activationTarget: '10',
    values: { a: 5.001 },
    expected: 2,
    isActive: true,
  },
  { name: 'zero is not active', formula: 'a * 2', values: { a: 0 }, expected: 0, isActive: false },
  {
    name: 'all sides of ?? without data',
    formula: 'a ?? b',
    values: { a: null, b: null },
    fallback: { failureThreshold: 2, replicas: 4, behavior: 'scalingModifiers' },
    expected: 4,
    isActive: true,
  },
  {
    name: 'the first side of ?? with data',
    formula: 'a ?? b',
    values: { a: 20, b: 35 },
    fallback: { failureThreshold: 2, replicas: 4 },
    expected: 2,
    isActive: true,
  },
  { name: 'a negative result', formula: 'a - b', values: { a: 5, b: 6 }, expected: 2147483647, isActive: false },
];

/** What KEDA itself does beside its HPA. */
export interface Step {
  readonly name: string;
  readonly spec?: object;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly current: number;
  readonly isActive: boolean;
  readonly isError?: true;
  /** Seconds. Absent: never, since the creation `createdAgo` seconds ago. */
  readonly lastActiveAgo?: number;
  readonly createdAgo?: number;
  readonly expected: number;
}

const paused = (value: string) => ({ 'autoscaling.keda.sh/paused': value });

export const steps: readonly Step[] = [
  { name: 'activity starts one', current: 0, isActive: true, expected: 1 },
  { name: 'activity starts the minimum', spec: { minReplicaCount: 3 }, current: 0, isActive: true, expected: 3 },
  {
    name: 'activity ends idleness',
    spec: { minReplicaCount: 3, idleReplicaCount: 1 },
    current: 1,
    isActive: true,
    expected: 3,
  },
  {
    name: 'activity starts one, although another trigger fails',
    current: 0,
    isActive: true,
    isError: true,
    expected: 1,
  },
  { name: 'after the cooldown, all go in one step', current: 7, isActive: false, lastActiveAgo: 400, expected: 0 },
  {
    name: 'a shorter cooldown',
    spec: { cooldownPeriod: 20 },
    current: 2,
    isActive: false,
    lastActiveAgo: 25,
    expected: 0,
  },
  { name: 'no cooldown', spec: { cooldownPeriod: 0 }, current: 2, isActive: false, lastActiveAgo: 1, expected: 0 },
  {
    name: 'within the initial cooldown',
    spec: { initialCooldownPeriod: 600 },
    current: 2,
    isActive: false,
    createdAgo: 100,
    expected: 2,
  },
  {
    name: 'after the initial cooldown',
    spec: { initialCooldownPeriod: 600 },
    current: 2,
    isActive: false,
    createdAgo: 700,
    expected: 0,
  },
  {
    name: 'a minimum: the HPA does the rest',
    spec: { minReplicaCount: 2 },
    current: 5,
    isActive: false,
    createdAgo: 0,
    expected: 5,
  },
  {
    name: 'below the minimum',
    spec: { minReplicaCount: 2 },
    current: 1,
    isActive: false,
    lastActiveAgo: 400,
    expected: 2,
  },
  {
    name: 'from above the minimum to the idle number',
    spec: { minReplicaCount: 2, idleReplicaCount: 0 },
    current: 5,
    isActive: false,
    lastActiveAgo: 400,
    expected: 0,
  },
  {
    name: 'an idle number of one',
    spec: { minReplicaCount: 3, idleReplicaCount: 1 },
    current: 3,
    isActive: false,
    lastActiveAgo: 400,
    expected: 1,
  },
  {
    name: 'the idle number waits for the cooldown',
    spec: { minReplicaCount: 2, idleReplicaCount: 0 },
    current: 5,
    isActive: false,
    lastActiveAgo: 10,
    expected: 5,
  },
  {
    name: 'it stays at the idle number',
    spec: { minReplicaCount: 2, idleReplicaCount: 0 },
    current: 0,
    isActive: false,
    lastActiveAgo: 400,
    expected: 0,
  },
  { name: 'a failure without a fallback', current: 4, isActive: false, isError: true, lastActiveAgo: 400, expected: 4 },
  {
    name: 'a failure with a fallback to zero',
    spec: { fallback: { failureThreshold: 3, replicas: 0 } },
    current: 4,
    isActive: false,
    isError: true,
    lastActiveAgo: 400,
    expected: 0,
  },
  { name: 'paused', annotations: paused('true'), current: 4, isActive: false, lastActiveAgo: 400, expected: 4 },
  { name: 'paused: false', annotations: paused('false'), current: 4, isActive: false, lastActiveAgo: 400, expected: 0 },
  {
    name: 'paused with a text that is no truth value',
    annotations: paused('yes'),
    current: 4,
    isActive: false,
    lastActiveAgo: 400,
    expected: 4,
  },
  {
    name: 'scaling in is paused',
    annotations: { 'autoscaling.keda.sh/paused-scale-in': 'true' },
    current: 4,
    isActive: false,
    lastActiveAgo: 400,
    expected: 4,
  },
  {
    name: 'forced activity',
    annotations: { 'autoscaling.keda.sh/force-activation': 'true' },
    current: 0,
    isActive: false,
    createdAgo: 0,
    expected: 1,
  },
];
