/** The settings of `cloudwatch`: a metric, a predefined metric of AWS by its name, or an expression over metrics. */
import { z } from 'zod';
import { errorFrom, report } from '../../../domain/written/issue.js';
import { emptyAsSetting } from '../empty-as.js';
import { awsSettings } from './aws.js';
import { expressionProblem } from './metric-math.js';
import { otherPredefined, predefinedForm, predefinedMetric, predefinedNames } from './predefined-metrics.js';

/** CloudWatch accepts only these periods under a minute, and whole minutes above. */
export const periodSeconds = {
  '1s': 1,
  '5s': 5,
  '10s': 10,
  '20s': 20,
  '30s': 30,
  '1m': 60,
  '2m': 120,
  '3m': 180,
  '4m': 240,
  '5m': 300,
  '10m': 600,
  '15m': 900,
  '30m': 1800,
  '1h': 3600,
  '6h': 21_600,
  '1d': 86_400,
} as const;

const bytes = ['Bytes', 'Kilobytes', 'Megabytes', 'Gigabytes', 'Terabytes'] as const;
const bits = ['Bits', 'Kilobits', 'Megabits', 'Gigabits', 'Terabits'] as const;
const units = [
  ...(['Percent', 'Count', 'Seconds', 'Milliseconds', 'Microseconds'] as const),
  ...bytes,
  ...bits,
  ...(['Count/Second', 'None'] as const),
  ...bytes.map((unit) => `${unit}/Second` as const),
  ...bits.map((unit) => `${unit}/Second` as const),
] as const;

const unit = z.string().transform((text, issues) => {
  const known = units.find((each) => each === text);
  if (known !== undefined) return known;
  report(issues, {
    problem: 'is not a unit of CloudWatch',
    fix: 'write, for example, Percent, Count, Seconds or Bytes/Second',
  });
  return z.NEVER;
});

const metricFields = {
  namespace: z.string().min(1).optional().describe('Namespace, such as `AWS/ApplicationELB`. Required with `metric`.'),
  metric: z
    .string()
    .min(1)
    .optional()
    .describe('Name of the metric, such as `TargetResponseTime`. Required without `predefined` and `expression`.'),
  dimensions: z.record(z.string(), z.string()).optional().describe('Every dimension of the metric, by name.'),
  statistic: z
    .string()
    .regex(
      /^(SampleCount|Average|Sum|Minimum|Maximum|IQM|(p|tm|tc|ts|wm)(100(\.0+)?|\d{1,2}(\.\d{1,10})?)|(TM|TC|TS|WM|PR)\([\d.%]*:[\d.%]*\))$/,
      {
        error:
          'is not a statistic: write Average, Sum, Minimum, Maximum, SampleCount, a percentile such as p99.9, or a trimmed mean such as tm99 or TM(10%:90%)',
      },
    )
    .optional()
    .describe(
      '`Average`, `Sum`, `Minimum`, `Maximum`, `SampleCount`, a percentile such as `p99.9`, or another statistic of CloudWatch such as `tm99`, `TM(10%:90%)`, `IQM` or `PR(:0.5)`. Default: `Average`.',
    ),
  unit: unit
    .optional()
    .describe('Only datapoints that were published with this unit, such as `Percent` or `Bytes/Second`. Default: all.'),
  account: z
    .string()
    .regex(/^\d{12}$/, { error: 'is not the ID of an AWS account: write its 12 digits in quotes' })
    .optional()
    .describe('ID of the account that has the metric, where the account of the credentials monitors other accounts.'),
};

const expression = z
  .string()
  .min(1)
  .describe(
    'Metric math over the IDs of `queries`, such as `messages / tasks`, or a Metrics Insights query (`SELECT ...`). It must give one series.',
  );

const query = z.strictObject({ ...metricFields, expression: expression.optional() });

export const cloudwatchSettings = z
  .strictObject({
    ...metricFields,
    predefined: z
      .enum(predefinedNames, {
        error: errorFrom(({ input }) => {
          const fix = typeof input === 'string' ? otherPredefined[input] : undefined;
          return fix === undefined ? undefined : { problem: 'is a metric of a resource that no platform scales', fix };
        }),
      })
      .optional()
      .describe('Predefined metric of AWS target tracking. It determines namespace, metric, dimensions and statistic.'),
    resource: z
      .string()
      .min(1)
      .optional()
      .describe(
        'What `predefined` measures, as `ResourceId` or `ResourceLabel` in AWS: `service/<cluster>/<service>`, `app/<name>/<id>/targetgroup/<name>/<id>`, `function:<name>:<alias>`, or the name of an Auto Scaling group. An ARN is accepted, and gives the region.',
      ),
    expression: expression.optional(),
    queries: z
      .record(z.string(), query)
      .optional()
      .describe('The queries that `expression` uses, by ID. Each of them is a metric or an expression itself.'),
    period: z
      .enum(Object.keys(periodSeconds) as (keyof typeof periodSeconds)[])
      .default('1m')
      .describe(
        'Period of a datapoint. The newest complete datapoint is used. Under `1m` only for high-resolution metrics.',
      ),
    emptyAs: emptyAsSetting('there is no datapoint, as for a request count while there are no requests'),
    ...awsSettings,
  })
  .superRefine((given, issues) => {
    if (given.predefined !== undefined) checkPredefined(given, issues);
    else if (given.expression !== undefined) checkExpression(given, issues);
    else checkMetric(given, issues);
    for (const [id, each] of Object.entries(given.queries ?? {})) checkQuery(id, each, given, issues);
  });

export type CloudwatchSettings = z.output<typeof cloudwatchSettings>;
type Query = z.output<typeof query>;
type Issues = z.core.$RefinementCtx;
type Field = keyof CloudwatchSettings;

function checkPredefined(given: CloudwatchSettings, issues: Issues): void {
  const { predefined, resource } = given;
  if (predefined === undefined) return;
  refuse(
    given,
    ['namespace', 'metric', 'dimensions', 'statistic', 'unit', 'expression', 'queries'],
    'predefined',
    issues,
  );
  const form = predefinedForm(predefined);
  if (resource === undefined) {
    report(issues, { path: ['resource'], problem: `is missing, but ${predefined} requires it`, fix: `write ${form}` });
  } else if (predefinedMetric(predefined, resource) === undefined) {
    report(issues, { path: ['resource'], problem: `is not a resource of ${predefined}`, fix: `write ${form}` });
  }
}

function checkExpression(given: CloudwatchSettings, issues: Issues): void {
  refuse(
    given,
    ['namespace', 'metric', 'dimensions', 'statistic', 'unit', 'account', 'resource'],
    'expression',
    issues,
  );
  checkNames(given.expression ?? '', ['expression'], given, issues);
}

function checkMetric(given: CloudwatchSettings, issues: Issues): void {
  refuse(given, ['queries', 'resource'], 'metric', issues);
  requireMetric(given, [], 'write namespace and metric, or predefined and resource, or expression and queries', issues);
}

function checkQuery(id: string, query: Query, given: CloudwatchSettings, issues: Issues): void {
  const path = ['queries', id];
  if (!/^[a-z][a-zA-Z0-9_]*$/.test(id)) {
    const fix = 'begin with a lowercase letter, and use letters, digits and _ only';
    report(issues, { path, problem: 'is not an ID of a query', fix });
  }
  if (query.expression === undefined) {
    requireMetric(query, path, 'write namespace and metric, or expression', issues);
    return;
  }
  for (const field of Object.keys(metricFields) as (keyof typeof metricFields)[]) {
    if (query[field] === undefined) continue;
    report(issues, { path: [...path, field], problem: 'is not supported with expression', fix: `remove ${field}` });
  }
  checkNames(query.expression, [...path, 'expression'], given, issues);
}

function requireMetric(given: Query | CloudwatchSettings, path: readonly string[], fix: string, issues: Issues): void {
  if (given.metric === undefined) report(issues, { path: [...path, 'metric'], problem: 'is missing', fix });
  else if (given.namespace === undefined) {
    const fix = 'write the namespace of the metric, such as AWS/ECS';
    report(issues, { path: [...path, 'namespace'], problem: 'is missing, but metric requires it', fix });
  }
}

function checkNames(text: string, path: readonly string[], { queries }: CloudwatchSettings, issues: Issues): void {
  const problem = expressionProblem(text, Object.keys(queries ?? {}));
  if (problem !== undefined) report(issues, { path, ...problem });
}

function refuse(given: CloudwatchSettings, fields: readonly Field[], form: Field, issues: Issues): void {
  for (const field of fields) {
    if (given[field] === undefined) continue;
    report(issues, { path: [field], problem: `is not supported with ${form}`, fix: `remove ${field}, or ${form}` });
  }
}
