/** Which resources have an open scale run: one question to the server for all who want to know at about the same time. */
import type { Client } from '@temporalio/client';
import { scaleWorkflowId, scaleWorkflowType } from '../../../workflows/scale/messages.js';
import { isOpen } from '../open-workflows.js';

interface Listing {
  readonly askedAtMs: number;
  readonly workflowIds: Promise<ReadonlySet<string>>;
}

export class OpenRuns {
  #newest: Listing | undefined;

  /**
   * As Temporal's visibility had it at some time since then, which may lag a moment behind. True as well when it could
   * not be asked: who needs to know for certain reads the run.
   * @param sinceMs by `performance.now()`
   */
  async mayInclude(resource: string, client: Client, sinceMs: number): Promise<boolean> {
    if (this.#newest === undefined || this.#newest.askedAtMs < sinceMs) {
      this.#newest = { askedAtMs: performance.now(), workflowIds: list(client) };
    }
    const listing = this.#newest;
    try {
      return (await listing.workflowIds).has(scaleWorkflowId(resource));
    } catch {
      if (this.#newest === listing) this.#newest = undefined;
      return true;
    }
  }
}

async function list(client: Client): Promise<ReadonlySet<string>> {
  const query = `WorkflowType = '${scaleWorkflowType}' AND ${isOpen}`;
  const workflowIds = new Set<string>();
  for await (const { workflowId } of client.workflow.list({ query })) workflowIds.add(workflowId);
  return workflowIds;
}
