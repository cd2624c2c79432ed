/** What `import ... from 'escapement'` offers. */
export { EscapementClient } from './client.js';
export type { CancelPlanOptions, ClientOptions, OverrideOptions, PauseOptions, ScaleOptions } from './client.js';
export { EscapementError } from './escapement-error.js';
export type { AutoscaleAnswer, DecisionsAnswer, EvaluationAnswer } from '../api/autoscale/answers.js';
export type { ResourceRow, ResourcesAnswer } from '../api/fleet/answers.js';
export type { PlanAnswer, PlansAnswer } from '../api/plan/answers.js';
export type { PlanBody } from '../api/plan/request-body.js';
export type { PreviewAnswer } from '../api/preview/answers.js';
export type { AcceptedAnswer, CancellingAnswer, ResourceAnswer, RunAnswer, RunsAnswer } from '../api/scale/answers.js';
export type { ScaleRequestBody } from '../domain/scale/request.js';
