/** Links in API responses. */
import type { RunSummary } from '../../client/scale/runs.js';

type RunName = Pick<RunSummary, 'workflowId' | 'runId'>;

/** A path of this API; the alias of a resource needs no escaping. */
export const resourcePath = (resource: string): string => `/v1/resources/${resource}`;
export const runsPath = (resource: string): string => `${resourcePath(resource)}/runs`;

export class Links {
  constructor(
    private readonly webUiUrl: string | undefined,
    private readonly namespace: string,
  ) {}

  of(resource: string, run?: RunName) {
    return {
      self: resourcePath(resource),
      scale: `${resourcePath(resource)}/scale`,
      runs: runsPath(resource),
      webUi: run ? this.webUi(run) : null,
    };
  }

  webUi({ workflowId, runId }: RunName): string | null {
    if (this.webUiUrl === undefined) return null;
    const path = ['namespaces', this.namespace, 'workflows', workflowId, runId, 'history'].map(encodeURIComponent);
    return `${this.webUiUrl}/${path.join('/')}`;
  }
}
