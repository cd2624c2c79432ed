/** What the routes share, created once from the dependencies of the API. */
import { AutoscaleClient } from '../client/autoscale/client.js';
import { AutoscaleReader } from '../client/autoscale/reader.js';
import { PlanClient } from '../client/plan/client.js';
import { RunReader } from '../client/scale/runs.js';
import { ScaleClient } from '../client/scale/client.js';
import type { ApiDependencies } from './dependencies.js';
import { AutoscalerCheck } from './autoscale/check.js';
import { Fleet } from './fleet/fleet.js';
import { Links } from './http/links.js';

export interface ApiContext extends ApiDependencies {
  readonly scales: ScaleClient;
  readonly runs: RunReader;
  readonly plans: PlanClient;
  readonly autoscales: AutoscaleClient;
  readonly autoscaleReader: AutoscaleReader;
  readonly autoscalerCheck: AutoscalerCheck;
  readonly links: Links;
  readonly fleet: Fleet;
}

export function createContext(dependencies: ApiDependencies): ApiContext {
  const { client, webUiUrl } = dependencies;
  const context = {
    ...dependencies,
    scales: new ScaleClient(client),
    runs: new RunReader(client),
    plans: new PlanClient(client),
    autoscales: new AutoscaleClient(client),
    autoscaleReader: new AutoscaleReader(client),
    autoscalerCheck: new AutoscalerCheck(),
    links: new Links(webUiUrl, client.options.namespace),
  };
  return { ...context, fleet: new Fleet(context) };
}
