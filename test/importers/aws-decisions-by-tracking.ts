/** What AWS does by target tracking policies, minute by minute, as facts of its documentation. The target is 50. */
import type { TrackingDecision } from './aws-decisions.js';

export const byTracking: readonly TrackingDecision[] = [
  {
    name: 'out third point',
    capacity: 10,
    policies: [{ points: [[3, 75.0]] }],
    expected: [
      [2, 10],
      [1, 15],
    ],
  },
  {
    name: 'out two points',
    capacity: 10,
    policies: [
      {
        points: [
          [2, 75.0],
          [3, 50.0],
        ],
      },
    ],
    expected: [[5, 10]],
  },
  {
    name: 'out missing breaks',
    capacity: 10,
    policies: [
      {
        points: [
          [2, 75.0],
          [1, null],
          [3, 75.0],
        ],
      },
    ],
    expected: [
      [5, 10],
      [1, 15],
    ],
  },
  {
    name: 'out round up',
    capacity: 3,
    policies: [{ points: [[3, 51.0]] }],
    expected: [
      [2, 3],
      [1, 4],
    ],
  },
  {
    name: 'out exact',
    capacity: 10,
    policies: [{ points: [[3, 55.0]] }],
    expected: [
      [2, 10],
      [1, 11],
    ],
  },
  { name: 'out at max', capacity: 25, max: 25, policies: [{ points: [[5, 200.0]] }], expected: [[5, 25]] },
  {
    name: 'out again no cooldown',
    capacity: 10,
    policies: [{ points: [[5, 75.0]] }],
    expected: [
      [2, 10],
      [1, 15],
      [1, 23],
      [1, 35],
    ],
  },
  {
    name: 'out cooldown larger',
    capacity: 10,
    policies: [
      {
        points: [
          [3, 75.0],
          [3, 90.0],
        ],
        outCooldown: 300,
      },
    ],
    expected: [
      [2, 10],
      [1, 15],
      [3, 18],
    ],
  },
  {
    name: 'out cooldown smaller',
    capacity: 10,
    policies: [
      {
        points: [
          [3, 75.0],
          [3, 60.0],
        ],
        outCooldown: 300,
      },
    ],
    expected: [
      [2, 10],
      [4, 15],
    ],
  },
  {
    name: 'out cooldown chain',
    capacity: 10,
    policies: [
      {
        points: [
          [3, 75.0],
          [1, 80.0],
          [1, 85.0],
          [4, 90.0],
        ],
        outCooldown: 120,
      },
    ],
    expected: [
      [2, 10],
      [1, 15],
      [1, 16],
      [1, 17],
      [2, 18],
      [2, 33],
    ],
  },
  {
    name: 'in 15 points',
    capacity: 10,
    policies: [{ points: [[15, 25.0]] }],
    expected: [
      [14, 10],
      [1, 5],
    ],
  },
  { name: 'in threshold 90', capacity: 10, policies: [{ points: [[20, 45.0]] }], expected: [[20, 10]] },
  {
    name: 'in just under',
    capacity: 10,
    policies: [{ points: [[16, 44.999]] }],
    expected: [
      [14, 10],
      [2, 9],
    ],
  },
  {
    name: 'in just under large',
    capacity: 100,
    policies: [{ points: [[15, 44.999]] }],
    expected: [
      [14, 100],
      [1, 90],
    ],
  },
  {
    name: 'in max of window',
    capacity: 10,
    policies: [
      {
        points: [
          [1, 40.0],
          [14, 10.0],
        ],
      },
    ],
    expected: [
      [14, 10],
      [1, 8],
    ],
  },
  {
    name: 'in missing then 15',
    capacity: 10,
    policies: [
      {
        points: [
          [8, 10.0],
          [1, null],
          [15, 10.0],
        ],
      },
    ],
    expected: [
      [23, 10],
      [1, 2],
    ],
  },
  {
    name: 'in min',
    capacity: 10,
    min: 4,
    policies: [{ points: [[15, 1.0]] }],
    expected: [
      [14, 10],
      [1, 4],
    ],
  },
  {
    name: 'in zero min one',
    capacity: 2,
    policies: [{ points: [[15, 0.0]] }],
    expected: [
      [14, 2],
      [1, 1],
    ],
  },
  {
    name: 'in cooldown interrupted',
    capacity: 10,
    policies: [
      {
        points: [
          [15, 25.0],
          [3, 100.0],
        ],
        inCooldown: 3600,
      },
    ],
    expected: [
      [14, 10],
      [3, 5],
      [1, 10],
    ],
  },
  {
    name: 'in cooldown stopped',
    capacity: 10,
    policies: [
      {
        points: [
          [15, 25.0],
          [3, 100.0],
          [15, 20.0],
        ],
        inCooldown: 3600,
      },
    ],
    expected: [
      [14, 10],
      [3, 5],
      [15, 10],
      [1, 4],
    ],
  },
  {
    name: 'in after out cooldown',
    capacity: 10,
    policies: [
      {
        points: [
          [3, 75.0],
          [15, 20.0],
        ],
        outCooldown: 3600,
      },
    ],
    expected: [
      [2, 10],
      [15, 15],
      [1, 6],
    ],
  },
  {
    name: 'in disabled',
    capacity: 10,
    policies: [{ points: [[20, 5.0]], disableScaleIn: true }],
    expected: [[20, 10]],
  },
  { name: 'alarm 1 and 15', capacity: 10, policies: [{ points: [[1, 75.0]], high: 1 }], expected: [[1, 15]] },
  {
    name: 'alarm 2 out',
    capacity: 10,
    policies: [{ points: [[2, 75.0]], high: 2 }],
    expected: [
      [1, 10],
      [1, 15],
    ],
  },
  { name: 'margin 20', capacity: 10, policies: [{ points: [[16, 42.0]], margin: 20 }], expected: [[16, 10]] },
  { name: 'from zero stays', capacity: 0, min: 0, policies: [{ points: [[5, 90.0]] }], expected: [[5, 0]] },
  {
    name: 'two in all',
    capacity: 10,
    policies: [{ points: [[15, 25.0]] }, { points: [[15, 30.0]] }],
    expected: [
      [14, 10],
      [1, 6],
    ],
  },
  {
    name: 'two in one missing',
    capacity: 10,
    policies: [{ points: [[20, 25.0]] }, { points: [[20, null]] }],
    expected: [[20, 10]],
  },
  {
    name: 'two in all disabled',
    capacity: 10,
    policies: [
      { points: [[20, 5.0]], disableScaleIn: true },
      { points: [[20, 5.0]], disableScaleIn: true },
    ],
    expected: [[20, 10]],
  },
  {
    name: 'two cooldown own',
    capacity: 10,
    policies: [
      {
        points: [
          [3, 75.0],
          [3, 50.0],
        ],
        outCooldown: 3600,
      },
      {
        points: [
          [3, 50.0],
          [3, 60.0],
        ],
      },
    ],
    expected: [
      [2, 10],
      [3, 15],
      [1, 18],
    ],
  },
  {
    name: 'sched max down',
    capacity: 20,
    policies: [{ points: [[5, 48.0]] }],
    events: [{ minute: 2, maxCapacity: 12 }],
    expected: [
      [2, 20],
      [3, 12],
    ],
  },
  {
    name: 'sched inside',
    capacity: 10,
    policies: [{ points: [[5, 48.0]] }],
    events: [{ minute: 2, minCapacity: 5, maxCapacity: 15 }],
    expected: [[5, 10]],
  },
  {
    name: 'sched then policy',
    capacity: 10,
    policies: [
      {
        points: [
          [3, 48.0],
          [3, 200.0],
        ],
      },
    ],
    events: [{ minute: 1, maxCapacity: 15 }],
    expected: [
      [5, 10],
      [1, 15],
    ],
  },
  {
    name: 'sched not reverted',
    capacity: 3,
    policies: [{ points: [[8, 48.0]] }],
    events: [
      { minute: 1, minCapacity: 8 },
      { minute: 5, minCapacity: 2 },
    ],
    expected: [
      [1, 3],
      [7, 8],
    ],
  },
  {
    name: 'external left alone',
    capacity: 10,
    max: 20,
    policies: [{ points: [[5, 48.0]] }],
    events: [{ minute: 1, capacity: 30 }],
    expected: [
      [1, 10],
      [4, 30],
    ],
  },
];
