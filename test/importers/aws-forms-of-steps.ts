/** Which step scaling policies AWS accepts, as facts of its documentation. */
import type { StepDecision } from './aws-decisions.js';

export const formsOfSteps: readonly StepDecision[] = [
  {
    name: 'form ok out',
    adjustment: 'ChangeInCapacity',
    steps: [
      [0, 10, 0],
      [10, 20, 10],
      [20, null, 30],
    ],
    side: 'above',
    expected: 'valid',
  },
  { name: 'form ok single', adjustment: 'ChangeInCapacity', steps: [[0, null, 1]], side: 'above', expected: 'valid' },
  {
    name: 'form ok both sides',
    adjustment: 'ChangeInCapacity',
    steps: [
      [null, -10, -1],
      [-10, 10, 0],
      [10, null, 1],
    ],
    side: 'above',
    expected: 'valid',
  },
  {
    name: 'form overlap',
    adjustment: 'ChangeInCapacity',
    steps: [
      [0, 15, 1],
      [10, null, 2],
    ],
    side: 'above',
    expected: 'invalid',
  },
  {
    name: 'form gap',
    adjustment: 'ChangeInCapacity',
    steps: [
      [0, 10, 1],
      [15, null, 2],
    ],
    side: 'above',
    expected: 'invalid',
  },
  {
    name: 'form both null',
    adjustment: 'ChangeInCapacity',
    steps: [[null, null, 1]],
    side: 'above',
    expected: 'invalid',
  },
  {
    name: 'form negative lower needs open',
    adjustment: 'ChangeInCapacity',
    steps: [[-10, 0, -1]],
    side: 'above',
    expected: 'invalid',
  },
  {
    name: 'form order',
    adjustment: 'ChangeInCapacity',
    steps: [
      [10, 10, 1],
      [10, null, 2],
    ],
    side: 'above',
    expected: 'invalid',
  },
  {
    name: 'form exact negative',
    adjustment: 'ExactCapacity',
    steps: [[0, null, -1]],
    side: 'above',
    expected: 'invalid',
  },
];
