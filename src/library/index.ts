/** What `import ... from 'escapement'` offers. */
export { Autoscaler } from './autoscaler.js';
export type { AutoscalerOptions } from '../pool/options.js';
export type { AutoscalerStats } from '../pool/stats.js';
export { EscapementClient } from './client.js';
export { ConfigError } from '../config/problem.js';
export type { ConfigProblem } from '../config/problem.js';
export type { InProcessOptions } from '../api/in-process.js';
export type { TemporalOptions } from '../client/temporal/options.js';
export type { CancelPlanOptions, ClientOptions, OverrideOptions, PauseOptions, ScaleOptions } from './client.js';
export { EscapementError } from './escapement-error.js';
export type { AutoscaleAnswer, DecisionsAnswer, EvaluationAnswer } from '../api/autoscale/answers.js';
export type { ResourceRow, ResourcesAnswer } from '../api/fleet/answers.js';
export type { PlanAnswer, PlansAnswer } from '../api/plan/answers.js';
export type { PlanBody } from '../api/plan/request-body.js';
export type { PreviewAnswer } from '../api/preview/answers.js';
export type {
  AcceptedAnswer,
  CancellingAnswer,
  ResourceAnswer,
  RunAnswer,
  RunsAnswer,
  ScaledManyAnswer,
} from '../api/scale/answers.js';
export type { ScaleManyBody } from '../api/scale/request-body.js';
export type { ScaleRequestBody } from '../domain/scale/request.js';
