/** Workflows that stay open until they receive the signal `finish`: on the version where they began, or on the newest one. */
import { condition, defineSignal, setHandler, setWorkflowOptions } from '@temporalio/workflow';

export const finish = defineSignal('finish');

async function untilFinished(): Promise<void> {
  let isFinished = false;
  setHandler(finish, () => void (isFinished = true));
  await condition(() => isFinished);
}

setWorkflowOptions({ versioningBehavior: 'PINNED' }, pinned);
export async function pinned(): Promise<void> {
  await untilFinished();
}

setWorkflowOptions({ versioningBehavior: 'AUTO_UPGRADE' }, upgraded);
export async function upgraded(): Promise<void> {
  await untilFinished();
}
