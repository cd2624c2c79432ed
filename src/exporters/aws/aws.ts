/**
 * What the AWS CLI describes of Application Auto Scaling, with the fields that its commands take: scalable targets,
 * scaling policies, alarms and scheduled actions.
 */
import type { Fields } from '../../importers/fields.js';
import { type Exported, type Exporter, Remarks, type Source } from '../exporter.js';
import { limitsOf } from './limits.js';
import { policiesOf } from './policies.js';
import { actionsOf } from './schedule.js';
import { targetOf } from './target.js';

export const aws: Exporter = {
  kind: 'aws-application-autoscaling',
  summary: 'scalable targets, scaling policies, alarms and scheduled actions, as JSON that the AWS CLI takes',
  convert,
  write: (documents) => `${JSON.stringify(merged(documents), undefined, 2)}\n`,
};

/** The lists of one resource, or of all. */
type List = 'ScalableTargets' | 'ScalingPolicies' | 'MetricAlarms' | 'ScheduledActions';
type Described = Readonly<Record<List, readonly object[]>>;

function convert(source: Source): Exported {
  const { fields, config } = source;
  const remarks = new Remarks();
  const target = targetOf(source, remarks);
  if (target === undefined) return remarks.about([]);
  const autoscale = fields.at('autoscale');
  const { min } = config.settings;
  const max = config.settings.max ?? min;
  const limits = limitsOf(source, remarks);
  const policies = autoscale.at('policies').items();
  const isSchedule = (policy: Fields) => policy.at('type').peek() === 'schedule';
  const scaling = policiesOf(
    source,
    policies.filter((policy) => !isSchedule(policy)),
    { target, limits, min },
    remarks,
  );
  const actions = policies
    .filter(isSchedule)
    .flatMap((policy, index) => actionsOf(policy, { min, max }, `${source.alias}-${index + 1}`, remarks));
  const described: Described = {
    ScalableTargets: [
      {
        ...target.of,
        MinCapacity: min,
        MaxCapacity: max,
        ...(limits.suspended !== undefined && { SuspendedState: limits.suspended }),
      },
    ],
    ScalingPolicies: scaling.policies.map((policy) => ({ ...target.of, ...policy })),
    MetricAlarms: scaling.alarms,
    ScheduledActions: actions.map((action) => ({ ...target.of, ...action })),
  };
  return remarks.about([described]);
}

function merged(documents: readonly unknown[]): Described {
  // Only `convert` makes these documents.
  const described = documents as readonly Described[];
  const all = (list: List) => described.flatMap((document) => document[list]);
  return {
    ScalableTargets: all('ScalableTargets'),
    ScalingPolicies: all('ScalingPolicies'),
    MetricAlarms: all('MetricAlarms'),
    ScheduledActions: all('ScheduledActions'),
  };
}
