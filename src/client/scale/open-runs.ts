/** Which resources have an open scale run: callers that ask at about the same time share one query to the server. */
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
   * According to Temporal's visibility at some time after `sinceMs`, which may be slightly out of date. Also true when
   * the query failed: a caller that needs certainty reads the run.
   * @param sinceMs in `performance.now()`
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
