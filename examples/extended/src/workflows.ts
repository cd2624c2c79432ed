/** The workflows of the worker: those of Escapement, and one of this project. */
import { proxyActivities } from '@temporalio/workflow';

export * from 'escapement/workflows';

const { countLetters } = proxyActivities<typeof import('./activities.js')>({ startToCloseTimeout: '10s' });

export async function stocktaking(): Promise<string> {
  return `${await countLetters()} letters`;
}
