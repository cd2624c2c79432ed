/**
 * What the strategies of the Nomad Autoscaler compute (hashicorp/nomad-autoscaler ede4e617, the real plugins on 60 equal
 * points), with the choice between several checks as in its handler.
 */

interface NomadCheck {
  readonly strategy: string;
  readonly group?: string;
  readonly config: Readonly<Record<string, string>>;
  /** Of a check on the same number as another, the same. */
  readonly value: number;
}

export interface NomadDecision {
  readonly name: string;
  readonly count: number;
  /** 1 and 20 unless said. */
  readonly min?: number;
  readonly max?: number;
  readonly checks: readonly NomadCheck[];
  readonly expected: number;
}

export const nomadDecisions: readonly NomadDecision[] = [
  {
    name: 'target up',
    count: 4,
    checks: [{ strategy: 'target-value', config: { target: '80' }, value: 120 }],
    expected: 6,
  },
  {
    name: 'target down',
    count: 6,
    checks: [{ strategy: 'target-value', config: { target: '80' }, value: 40 }],
    expected: 3,
  },
  {
    name: 'target rounds up',
    count: 3,
    checks: [{ strategy: 'target-value', config: { target: '80' }, value: 81 }],
    expected: 4,
  },
  {
    name: 'target within tolerance',
    count: 10,
    checks: [{ strategy: 'target-value', config: { target: '80' }, value: 80.8 }],
    expected: 10,
  },
  {
    name: 'target just above tolerance',
    count: 10,
    checks: [{ strategy: 'target-value', config: { target: '80' }, value: 81 }],
    expected: 11,
  },
  {
    name: 'target below tolerance',
    count: 10,
    checks: [{ strategy: 'target-value', config: { target: '80' }, value: 79 }],
    expected: 10,
  },
  {
    name: 'target wide tolerance',
    count: 10,
    checks: [{ strategy: 'target-value', config: { target: '80', threshold: '0.1' }, value: 87 }],
    expected: 10,
  },
  {
    name: 'target wide tolerance left',
    count: 10,
    checks: [{ strategy: 'target-value', config: { target: '80', threshold: '0.1' }, value: 89 }],
    expected: 12,
  },
  {
    name: 'target to the maximum',
    count: 10,
    checks: [{ strategy: 'target-value', config: { target: '80' }, value: 800 }],
    expected: 20,
  },
  {
    name: 'target to the minimum',
    count: 10,
    min: 2,
    checks: [{ strategy: 'target-value', config: { target: '80' }, value: 1 }],
    expected: 2,
  },
  {
    name: 'target value of zero',
    count: 10,
    checks: [{ strategy: 'target-value', config: { target: '80' }, value: 0 }],
    expected: 1,
  },
  {
    name: 'target value of zero to zero',
    count: 10,
    min: 0,
    checks: [{ strategy: 'target-value', config: { target: '80' }, value: 0 }],
    expected: 0,
  },
  {
    name: 'target from zero',
    count: 0,
    min: 0,
    checks: [{ strategy: 'target-value', config: { target: '80' }, value: 200 }],
    expected: 3,
  },
  {
    name: 'target from zero within tolerance',
    count: 0,
    min: 0,
    checks: [{ strategy: 'target-value', config: { target: '80' }, value: 80 }],
    expected: 1,
  },
  {
    name: 'target at zero without load',
    count: 0,
    min: 0,
    checks: [{ strategy: 'target-value', config: { target: '80' }, value: 0 }],
    expected: 0,
  },
  {
    name: 'target with a minimum of zero',
    count: 5,
    min: 0,
    checks: [{ strategy: 'target-value', config: { target: '80' }, value: 100 }],
    expected: 7,
  },
  {
    name: 'target max_scale_up',
    count: 4,
    checks: [{ strategy: 'target-value', config: { target: '80', max_scale_up: '2' }, value: 400 }],
    expected: 6,
  },
  {
    name: 'target max_scale_down',
    count: 10,
    checks: [{ strategy: 'target-value', config: { target: '80', max_scale_down: '3' }, value: 8 }],
    expected: 7,
  },
  {
    name: 'target of zero',
    count: 2,
    checks: [{ strategy: 'target-value', config: { target: '0' }, value: 3 }],
    expected: 6,
  },
  {
    name: 'two targets the larger',
    count: 4,
    checks: [
      { strategy: 'target-value', config: { target: '80' }, value: 120 },
      { strategy: 'target-value', config: { target: '80' }, value: 40 },
    ],
    expected: 6,
  },
  {
    name: 'two targets both down',
    count: 10,
    checks: [
      { strategy: 'target-value', config: { target: '80' }, value: 40 },
      { strategy: 'target-value', config: { target: '80' }, value: 60 },
    ],
    expected: 8,
  },
  {
    name: 'two targets one in tolerance',
    count: 10,
    checks: [
      { strategy: 'target-value', config: { target: '80' }, value: 40 },
      { strategy: 'target-value', config: { target: '80' }, value: 80 },
    ],
    expected: 10,
  },
  {
    name: 'threshold adds',
    count: 4,
    checks: [{ strategy: 'threshold', config: { lower_bound: '100', delta: '2' }, value: 120 }],
    expected: 6,
  },
  {
    name: 'threshold at its lower bound',
    count: 4,
    checks: [{ strategy: 'threshold', config: { lower_bound: '100', delta: '2' }, value: 100 }],
    expected: 6,
  },
  {
    name: 'threshold at its upper bound',
    count: 4,
    checks: [{ strategy: 'threshold', config: { upper_bound: '100', delta: '-1' }, value: 100 }],
    expected: 4,
  },
  {
    name: 'threshold below its upper bound',
    count: 4,
    checks: [{ strategy: 'threshold', config: { upper_bound: '100', delta: '-1' }, value: 99 }],
    expected: 3,
  },
  {
    name: 'threshold outside',
    count: 4,
    checks: [{ strategy: 'threshold', config: { lower_bound: '60', upper_bound: '100', delta: '3' }, value: 50 }],
    expected: 4,
  },
  {
    name: 'threshold sets',
    count: 4,
    checks: [{ strategy: 'threshold', config: { lower_bound: '60', upper_bound: '100', value: '9' }, value: 70 }],
    expected: 9,
  },
  {
    name: 'threshold percentage up',
    count: 7,
    checks: [{ strategy: 'threshold', config: { lower_bound: '100', percentage: '30' }, value: 120 }],
    expected: 10,
  },
  {
    name: 'threshold percentage down',
    count: 7,
    checks: [{ strategy: 'threshold', config: { upper_bound: '10', percentage: '-25' }, value: 5 }],
    expected: 6,
  },
  {
    name: 'threshold percentage of one',
    count: 1,
    checks: [{ strategy: 'threshold', config: { lower_bound: '100', percentage: '10' }, value: 120 }],
    expected: 2,
  },
  {
    name: 'two thresholds without a group',
    count: 5,
    checks: [
      { strategy: 'threshold', config: { lower_bound: '100', delta: '1' }, value: 5 },
      { strategy: 'threshold', config: { upper_bound: '10', delta: '-1' }, value: 5 },
    ],
    expected: 5,
  },
  {
    name: 'two thresholds in a group down',
    count: 5,
    checks: [
      { strategy: 'threshold', group: 'q', config: { lower_bound: '100', delta: '1' }, value: 5 },
      { strategy: 'threshold', group: 'q', config: { upper_bound: '10', delta: '-1' }, value: 5 },
    ],
    expected: 4,
  },
  {
    name: 'two thresholds in a group up',
    count: 5,
    checks: [
      { strategy: 'threshold', group: 'q', config: { lower_bound: '100', delta: '1' }, value: 500 },
      { strategy: 'threshold', group: 'q', config: { upper_bound: '10', delta: '-1' }, value: 500 },
    ],
    expected: 6,
  },
  {
    name: 'two thresholds in a group neither',
    count: 5,
    checks: [
      { strategy: 'threshold', group: 'q', config: { lower_bound: '100', delta: '1' }, value: 50 },
      { strategy: 'threshold', group: 'q', config: { upper_bound: '10', delta: '-1' }, value: 50 },
    ],
    expected: 5,
  },
  {
    name: 'two thresholds in a group with percentages',
    count: 10,
    checks: [
      { strategy: 'threshold', group: 'q', config: { lower_bound: '100', percentage: '50' }, value: 5 },
      { strategy: 'threshold', group: 'q', config: { upper_bound: '10', percentage: '-15' }, value: 5 },
    ],
    expected: 9,
  },
  {
    name: 'a group of two signals',
    count: 5,
    checks: [
      { strategy: 'threshold', group: 'q', config: { lower_bound: '100', delta: '1' }, value: 50 },
      { strategy: 'threshold', group: 'q', config: { upper_bound: '10', delta: '-1' }, value: 4.0 },
    ],
    expected: 4,
  },
  { name: 'pass through', count: 3, checks: [{ strategy: 'pass-through', config: {}, value: 7 }], expected: 7 },
  {
    name: 'pass through cuts the fraction',
    count: 3,
    checks: [{ strategy: 'pass-through', config: {}, value: 7.9 }],
    expected: 7,
  },
  {
    name: 'pass through to zero',
    count: 3,
    min: 0,
    checks: [{ strategy: 'pass-through', config: {}, value: 0 }],
    expected: 0,
  },
  {
    name: 'pass through from zero',
    count: 0,
    min: 0,
    checks: [{ strategy: 'pass-through', config: {}, value: 2 }],
    expected: 2,
  },
  {
    name: 'pass through max_scale_up',
    count: 3,
    checks: [{ strategy: 'pass-through', config: { max_scale_up: '2' }, value: 9 }],
    expected: 5,
  },
  {
    name: 'pass through max_scale_down',
    count: 9,
    checks: [{ strategy: 'pass-through', config: { max_scale_down: '1' }, value: 2 }],
    expected: 8,
  },
  { name: 'fixed', count: 3, checks: [{ strategy: 'fixed-value', config: { value: '8' }, value: 0 }], expected: 8 },
  {
    name: 'fixed beside a target',
    count: 3,
    checks: [
      { strategy: 'fixed-value', config: { value: '4' }, value: 0 },
      { strategy: 'target-value', config: { target: '80' }, value: 160 },
    ],
    expected: 6,
  },
  {
    name: 'fixed below a target',
    count: 3,
    checks: [
      { strategy: 'fixed-value', config: { value: '2' }, value: 0 },
      { strategy: 'target-value', config: { target: '80' }, value: 80 },
    ],
    expected: 3,
  },
];
