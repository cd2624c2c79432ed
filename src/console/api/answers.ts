/** The answers of the API, as types: the console imports nothing else of the server. */
import type { ResourceRow } from '../../api/fleet/answers.js';

export type { ResourceRow, ResourcesAnswer } from '../../api/fleet/answers.js';
export type { AcceptedAnswer, RunAnswer, RunsAnswer } from '../../api/scale/answers.js';
export type { AutoscaleAnswer, DecisionsAnswer, EvaluationAnswer } from '../../api/autoscale/answers.js';
export type { SeriesAnswer } from '../../api/series/answers.js';
export type { BacktestAnswer } from '../../api/backtest/answers.js';
export type { PolicyAnswer } from '../../api/policy/answers.js';
export type { PreviewAnswer } from '../../api/preview/answers.js';
export type { ProblemAnswer } from '../../api/http/problem.js';

/** [seconds since the epoch, value]; null: nothing is known from then on. */
export type Point = ResourceRow['spark']['capacity'][number];
