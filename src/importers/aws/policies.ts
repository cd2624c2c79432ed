/** The scaling policies of one target, each with its alarms. */
import type { Fields } from '../fields.js';
import { alarmsOf, missingAlarms } from './alarms.js';
import type { Part } from './part.js';
import type { NotSupported } from './signals.js';
import { stepsPart } from './steps.js';
import { trackingPart } from './tracking.js';
import type { Remarks } from './values.js';

interface Context {
  readonly resourceId: string;
  readonly defaultCooldown: number;
  readonly alarms: readonly Fields[];
}

interface Parts extends Remarks {
  readonly parts: readonly Part[];
}

export function partsOf(policies: readonly Fields[], context: Context): Parts {
  const found = policies.map((policy) => partsOfOne(policy, context));
  return {
    parts: found.flatMap(({ parts }) => parts),
    warnings: found.flatMap(({ warnings }) => warnings),
    unsupported: found.flatMap(({ unsupported }) => unsupported),
  };
}

function partsOfOne(policy: Fields, context: Context): Parts {
  const type = policy.at('PolicyType').text();
  if (type === 'TargetTrackingScaling') {
    const made = alarmsOf(policy, context.alarms).map((alarm) => ({
      path: alarm.place.trim(),
      message: `was made by AWS for ${policy.place.trim()}. Its datapoints and its threshold are used, and nothing else`,
    }));
    const assumed = missingAlarms(policy, context.alarms).map((name) => ({
      path: policy.place.trim(),
      message: `has the alarm ${name}, which the input does not describe. 3 datapoints to scale out, and 15 to scale in at 10% below the target, are assumed`,
    }));
    const part = trackingPart(policy, context);
    if (!('signal' in part)) return skipped(policy, part);
    return { parts: [part], warnings: [...made, ...assumed], unsupported: [] };
  }
  if (type === 'StepScaling') return stepsOf(policy, context);
  policy.take();
  const why = 'it has no equivalent. To predict a load, add a forecast policy';
  return skipped(policy, { what: `a policy of the type ${type}`, why });
}

/** A policy may have several alarms, each with a threshold of its own. */
function stepsOf(policy: Fields, { alarms, defaultCooldown }: Context): Parts {
  const own = alarmsOf(policy, alarms);
  const results = own.map((alarm) => ({ alarm, result: stepsPart(policy, alarm, defaultCooldown) }));
  const read = results.flatMap(({ result }) => ('part' in result ? [result] : []));
  const refused = results.flatMap(({ alarm, result }) =>
    'part' in result ? [] : [{ path: alarm.place.trim(), ...result }],
  );
  const missing = missingAlarms(policy, alarms).map((name) => ({ path: policy.place.trim(), ...notDescribed(name) }));
  // Nothing of the policy is carried over, which the report says once.
  if (read.length === 0) policy.take();
  const isAlone = own.length === 0 && missing.length === 0;
  return {
    parts: read.map(({ part }) => part).filter((part) => part.bands.length > 0),
    warnings: [
      ...read.flatMap(({ remarks }) => remarks.warnings),
      ...read.filter(({ part }) => part.bands.length === 0).map(({ part }) => ({ path: part.path, message: noChange })),
    ],
    unsupported: [
      ...read.flatMap(({ remarks }) => remarks.unsupported),
      ...refused,
      ...missing,
      ...(isAlone ? [{ path: policy.place.trim(), ...withoutAlarm }] : []),
    ],
  };
}

function skipped(policy: Fields, reason: NotSupported): Parts {
  policy.take();
  return { parts: [], warnings: [], unsupported: [{ path: policy.place.trim(), ...reason }] };
}

const noChange = 'is left out: none of its steps changes the capacity';

const withoutAlarm = { what: 'the whole policy', why: 'it has no alarm, so AWS never runs it by itself' };

function notDescribed(name: string): NotSupported {
  return {
    what: `the alarm ${name}`,
    why: `the input does not describe it. Add the output of: aws cloudwatch describe-alarms --alarm-names ${name}`,
  };
}
