/** Means of windows, targets and the last step to zero, as the real code of Knative computes them (98e5ef90). */

interface KpaWindow {
  readonly name: string;
  readonly seconds: number;
  readonly isWeighted?: true;
  /** Seconds and value. */
  readonly samples: readonly (readonly [at: number, value: number])[];
  readonly readAt: number;
  readonly mean: number;
}

export const kpaWindows: readonly KpaWindow[] = [
  {
    name: 'win full',
    seconds: 6,
    samples: [
      [0, 10],
      [1, 11],
      [2, 12],
      [3, 13],
      [4, 14],
      [5, 15],
    ],
    readAt: 5,
    mean: 12.5,
  },
  {
    name: 'win partial',
    seconds: 60,
    samples: [
      [0, 10],
      [1, 20],
      [2, 30],
    ],
    readAt: 2,
    mean: 20.0,
  },
  {
    name: 'win gap is zero',
    seconds: 60,
    samples: [
      [0, 10],
      [4, 20],
    ],
    readAt: 4,
    mean: 6.0,
  },
  {
    name: 'win stale',
    seconds: 6,
    samples: [
      [0, 10],
      [1, 11],
      [2, 12],
      [3, 13],
      [4, 14],
      [5, 15],
    ],
    readAt: 7,
    mean: 13.5,
  },
  {
    name: 'win stale partial',
    seconds: 60,
    samples: [
      [0, 10],
      [1, 20],
    ],
    readAt: 11,
    mean: 15.0,
  },
  {
    name: 'win reset',
    seconds: 6,
    samples: [
      [0, 10],
      [1, 20],
      [20, 30],
    ],
    readAt: 20,
    mean: 30.0,
  },
  {
    name: 'win same second adds',
    seconds: 60,
    samples: [
      [0, 10],
      [0, 5],
      [1, 15],
    ],
    readAt: 1,
    mean: 15.0,
  },
  {
    name: 'win late write',
    seconds: 60,
    samples: [
      [5, 10],
      [3, 20],
    ],
    readAt: 5,
    mean: 10.0,
  },
  {
    name: 'win rounding',
    seconds: 60,
    samples: [
      [0, 1],
      [1, 1],
      [2, 0],
    ],
    readAt: 2,
    mean: 0.666667,
  },
  {
    name: 'wexp 6',
    seconds: 6,
    isWeighted: true,
    samples: [
      [0, 10],
      [1, 10],
      [2, 10],
      [3, 10],
      [4, 10],
      [5, 10],
    ],
    readAt: 5,
    mean: 9.999,
  },
  {
    name: 'wexp 60',
    seconds: 60,
    isWeighted: true,
    samples: [
      [0, 10],
      [1, 10],
      [2, 10],
      [3, 10],
      [4, 10],
      [5, 10],
      [6, 10],
      [7, 10],
      [8, 10],
      [9, 10],
      [10, 10],
      [11, 10],
      [12, 10],
      [13, 10],
      [14, 10],
      [15, 10],
      [16, 10],
      [17, 10],
      [18, 10],
      [19, 10],
      [20, 10],
      [21, 10],
      [22, 10],
      [23, 10],
      [24, 10],
      [25, 10],
      [26, 10],
      [27, 10],
      [28, 10],
      [29, 10],
      [30, 5],
      [31, 5],
      [32, 5],
      [33, 5],
      [34, 5],
      [35, 5],
      [36, 5],
      [37, 5],
      [38, 5],
      [39, 5],
      [40, 5],
      [41, 5],
      [42, 5],
      [43, 5],
      [44, 5],
      [45, 5],
      [46, 5],
      [47, 5],
      [48, 5],
      [49, 5],
      [50, 5],
      [51, 5],
      [52, 5],
      [53, 5],
      [54, 5],
      [55, 5],
      [56, 5],
      [57, 5],
      [58, 5],
      [59, 5],
    ],
    readAt: 59,
    mean: 5.006174375,
  },
  {
    name: 'wexp silence',
    seconds: 6,
    isWeighted: true,
    samples: [
      [0, 10],
      [1, 11],
      [2, 12],
      [3, 13],
      [4, 14],
      [5, 15],
    ],
    readAt: 8,
    mean: 0.146081406,
  },
];

interface KpaTarget {
  readonly name: string;
  readonly annotations: Readonly<Record<string, string>>;
  readonly containerConcurrency: number;
  readonly data?: Readonly<Record<string, string>>;
  readonly target: number;
}

export const kpaTargets: readonly KpaTarget[] = [
  { name: 'target default', annotations: {}, containerConcurrency: 0, target: 70 },
  { name: 'target hard limit', annotations: {}, containerConcurrency: 10, target: 7 },
  { name: 'target annotation', annotations: { target: '50' }, containerConcurrency: 0, target: 35 },
  { name: 'target annotation over limit', annotations: { target: '50' }, containerConcurrency: 10, target: 7 },
  {
    name: 'target floor',
    annotations: { target: '0.01', 'target-utilization-percentage': '10' },
    containerConcurrency: 0,
    target: 0.01,
  },
  { name: 'target rps', annotations: { metric: 'rps' }, containerConcurrency: 0, target: 140 },
];

/** The decision is 0 units. */
interface KpaZero {
  readonly name: string;
  readonly min: number;
  readonly initial: number;
  readonly isEnabled: boolean;
  readonly isReachable: boolean;
  /** Active: since so long. Inactive: the load has been 0 for the stable window, and the revision inactive so long. */
  readonly state: 'active' | 'inactive';
  readonly seconds: number;
  readonly retention: number;
  readonly burstCapacity: number;
  readonly units: number;
}

export const kpaZeros: readonly KpaZero[] = [
  {
    name: 'zero min holds',
    min: 2,
    initial: 1,
    isEnabled: true,
    isReachable: true,
    state: 'inactive',
    seconds: 0,
    retention: 0,
    burstCapacity: 211,
    units: 2,
  },
  {
    name: 'zero disabled',
    min: 0,
    initial: 1,
    isEnabled: false,
    isReachable: true,
    state: 'inactive',
    seconds: 0,
    retention: 0,
    burstCapacity: 211,
    units: 1,
  },
  {
    name: 'zero active young',
    min: 0,
    initial: 1,
    isEnabled: true,
    isReachable: true,
    state: 'active',
    seconds: 59,
    retention: 0,
    burstCapacity: 211,
    units: 1,
  },
  {
    name: 'zero active old',
    min: 0,
    initial: 1,
    isEnabled: true,
    isReachable: true,
    state: 'active',
    seconds: 60,
    retention: 0,
    burstCapacity: 211,
    units: 1,
  },
  {
    name: 'zero inactive grace done',
    min: 0,
    initial: 1,
    isEnabled: true,
    isReachable: true,
    state: 'inactive',
    seconds: 30,
    retention: 0,
    burstCapacity: 211,
    units: 0,
  },
  {
    name: 'zero probe skipped',
    min: 0,
    initial: 1,
    isEnabled: true,
    isReachable: true,
    state: 'inactive',
    seconds: 100,
    retention: 0,
    burstCapacity: -1,
    units: 0,
  },
  {
    name: 'zero retention',
    min: 0,
    initial: 1,
    isEnabled: true,
    isReachable: true,
    state: 'inactive',
    seconds: 119,
    retention: 120,
    burstCapacity: 211,
    units: 1,
  },
  {
    name: 'zero retention done',
    min: 0,
    initial: 1,
    isEnabled: true,
    isReachable: true,
    state: 'inactive',
    seconds: 120,
    retention: 120,
    burstCapacity: 211,
    units: 0,
  },
  {
    name: 'zero retention short',
    min: 0,
    initial: 1,
    isEnabled: true,
    isReachable: true,
    state: 'inactive',
    seconds: 12,
    retention: 10,
    burstCapacity: 211,
    units: 1,
  },
  {
    name: 'zero retention unreachable',
    min: 0,
    initial: 1,
    isEnabled: true,
    isReachable: false,
    state: 'inactive',
    seconds: 31,
    retention: 300,
    burstCapacity: 211,
    units: 0,
  },
  {
    name: 'zero initial scale unreachable',
    min: 0,
    initial: 3,
    isEnabled: true,
    isReachable: false,
    state: 'inactive',
    seconds: 40,
    retention: 0,
    burstCapacity: 211,
    units: 0,
  },
];
