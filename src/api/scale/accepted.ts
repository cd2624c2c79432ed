/** The answer to a request that is durable now. */
import type { Accepted } from '../../client/scale/client.js';
import type { ResourceConfig } from '../../config/config.js';
import type { ApiContext } from '../context.js';
import { resourcePath } from '../http/links.js';
import type { AcceptedAnswer } from './answers.js';
import { unattendedNotice } from './present.js';

export async function presentAccepted(
  { runs, links }: Pick<ApiContext, 'runs' | 'links'>,
  resource: ResourceConfig,
  accepted: Accepted,
): Promise<AcceptedAnswer> {
  const { targetCapacity, outcome, workflowId, runId } = accepted;
  // No worker has answered: the task queue of the run explains why.
  const unanswered = outcome === 'accepted' ? await runs.newestSummary(resource.alias) : undefined;
  return {
    resource: resource.alias,
    targetCapacity,
    outcome,
    workflowId,
    runId,
    notice: unanswered ? unattendedNotice(unanswered, resource) : null,
    autoscale: autoscaleNotice(resource),
    links: links.of(resource.alias, accepted),
  };
}

/** A request for an autoscaled resource is applied, and its policies may replace the target. */
function autoscaleNotice({ alias, autoscale }: ResourceConfig): AcceptedAnswer['autoscale'] {
  if (!autoscale) return null;
  const { intervalMs } = autoscale.settings;
  return {
    standsUntil: new Date(Date.now() + intervalMs).toISOString(),
    notice: `${alias} is autoscaled: this target is kept until the next evaluation of its policies, within ${intervalMs / 1000} s. To keep it longer, set an override, or pause the policies first.`,
    override: `${resourcePath(alias)}/override`,
  };
}
