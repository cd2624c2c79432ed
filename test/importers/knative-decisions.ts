/**
 * What the autoscaler of Knative decided (knative/serving 98e5ef90, the real code): the means of both windows, the units
 * that are ready, and the units that it asks for.
 */

/** Seconds, mean of the stable window, mean of the panic window, ready units, decision. */
type Look = readonly [at: number, stable: number, panic: number, ready: number, expected: number];
type LookWithoutData = readonly [at: number, stable: 'no data', ready: number, expected: null];

export interface KpaDecision {
  readonly name: string;
  /** Defaults: target 10, rates 10, threshold 2 and a window of 60 s. */
  readonly target?: number;
  readonly up?: number;
  readonly down?: number;
  readonly threshold?: number;
  readonly window?: number;
  readonly delay?: number;
  readonly activation?: number;
  readonly burstCapacity?: number;
  readonly isReachable?: false;
  readonly readyAtStart?: number;
  readonly looks: readonly (Look | LookWithoutData)[];
}

export const kpaDecisions: readonly KpaDecision[] = [
  { name: 'stable basic', looks: [[2, 50, 50, 5, 5]] },
  {
    name: 'no data',
    looks: [
      [2, 'no data', 3, null],
      [4, 30, 30, 3, 3],
    ],
  },
  { name: 'down rate odd', down: 2, looks: [[2, 10, 10, 7, 3]] },
  { name: 'down rate unreachable', down: 2, isReachable: false, looks: [[2, 0, 0, 8, 0]] },
  { name: 'up rate cap', up: 1.5, looks: [[2, 100, 100, 4, 6]] },
  { name: 'up rate at least one', up: 1.1, looks: [[2, 30, 30, 2, 3]] },
  { name: 'up rate from zero', looks: [[2, 5000, 5000, 0, 10]] },
  { name: 'panic enter at threshold', looks: [[2, 50, 100, 5, 10]] },
  { name: 'panic uses ceil', looks: [[2, 50, 91, 5, 10]] },
  { name: 'panic takes larger stable', looks: [[2, 300, 100, 5, 30]] },
  {
    name: 'panic exit strictly after window',
    looks: [
      [2, 50, 200, 5, 20],
      [62, 40, 40, 20, 20],
      [64, 40, 40, 20, 4],
      [66, 40, 40, 20, 4],
    ],
  },
  {
    name: 'panic extended',
    looks: [
      [2, 50, 200, 5, 20],
      [40, 50, 900, 20, 90],
      [64, 40, 40, 20, 90],
      [100, 40, 40, 20, 90],
      [102, 40, 40, 20, 4],
    ],
  },
  {
    name: 'panic exit then down limited',
    down: 2,
    looks: [
      [2, 50, 200, 5, 20],
      [64, 20, 20, 20, 10],
    ],
  },
  {
    name: 'panic reenter',
    looks: [
      [2, 50, 200, 5, 20],
      [64, 40, 40, 20, 4],
      [66, 40, 100, 4, 10],
      [68, 40, 60, 10, 10],
    ],
  },
  {
    name: 'start panic grows',
    readyAtStart: 3,
    looks: [
      [2, 60, 60, 3, 6],
      [4, 20, 20, 6, 6],
    ],
  },
  { name: 'threshold 1', threshold: 1, looks: [[2, 10, 60, 5, 6]] },
  {
    name: 'threshold 10',
    threshold: 10,
    looks: [
      [2, 100, 490, 5, 10],
      [4, 100, 491, 5, 50],
    ],
  },
  { name: 'panic limited by up rate', up: 2, looks: [[2, 50, 1000, 5, 10]] },
  { name: 'activation 2 from zero', activation: 2, looks: [[2, 1, 1, 0, 2]] },
  {
    name: 'activation 5',
    activation: 5,
    looks: [
      [2, 12, 12, 1, 5],
      [4, 0, 0, 5, 5],
    ],
  },
  { name: 'activation not on zero', activation: 5, looks: [[2, 0, 0, 1, 0]] },
  { name: 'activation panic only load', activation: 6, looks: [[2, 0, 5, 4, 0]] },
  {
    name: 'delay odd',
    delay: 5,
    looks: [
      [0, 50, 50, 5, 5],
      [2, 30, 30, 5, 5],
      [4, 30, 30, 5, 5],
      [6, 30, 30, 5, 3],
    ],
  },
  {
    name: 'delay steps',
    delay: 4,
    looks: [
      [0, 90, 90, 9, 9],
      [2, 80, 80, 9, 9],
      [4, 70, 70, 9, 8],
      [6, 60, 60, 9, 7],
      [8, 50, 50, 9, 6],
      [10, 50, 50, 9, 5],
    ],
  },
  {
    name: 'delay to zero',
    delay: 6,
    looks: [
      [0, 10, 10, 1, 1],
      [2, 0, 0, 1, 1],
      [4, 0, 0, 1, 1],
      [6, 0, 0, 1, 0],
    ],
  },
  { name: 'ebc positive', looks: [[2, 50, 50, 10, 5]] },
  { name: 'ebc negative', looks: [[2, 50, 50, 1, 5]] },
  { name: 'ebc floor', looks: [[2, 0.5, 0.5, 3, 1]] },
  { name: 'ebc zero tbc', burstCapacity: 0, looks: [[2, 50, 50, 1, 5]] },
  { name: 'ebc minus one', burstCapacity: -1, looks: [[2, 50, 50, 10, 5]] },
  { name: 'ebc no pods', looks: [[2, 5, 5, 0, 1]] },
  {
    name: 'defaults trace',
    target: 70,
    up: 1000,
    down: 2,
    looks: [
      [2, 100, 100, 1, 2],
      [4, 100, 300, 2, 5],
      [6, 150, 320, 5, 5],
      [66, 140, 140, 5, 2],
      [68, 140, 140, 5, 2],
    ],
  },
  {
    name: 'stable window 6',
    window: 6,
    looks: [
      [2, 50, 100, 5, 10],
      [8, 50, 50, 10, 10],
      [10, 50, 50, 10, 5],
    ],
  },
];
