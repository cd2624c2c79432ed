/** What `import ... from 'escapement'` offers. */
export { EscapementClient } from './client.js';
export type { ClientOptions, OverrideOptions, PauseOptions, ScaleOptions } from './client.js';
export { EscapementError } from './escapement-error.js';
export type { AutoscaleAnswer, DecisionsAnswer, EvaluationAnswer } from '../api/autoscale/answers.js';
export type { ResourceRow, ResourcesAnswer } from '../api/fleet/answers.js';
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
