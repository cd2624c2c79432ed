/** Tells an open scale run that its resource is served on another task queue. Nothing where it has closed. */
import { type Client, WorkflowNotFoundError } from '@temporalio/client';
import { type Site, moveSignal, scaleWorkflowId } from '../../../workflows/scale/messages.js';

export async function moveRun(client: Client, resource: string, site: Site): Promise<void> {
  try {
    await client.workflow.getHandle(scaleWorkflowId(resource)).signal(moveSignal, site);
  } catch (error) {
    if (!(error instanceof WorkflowNotFoundError)) throw error;
  }
}
