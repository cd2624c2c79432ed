/** The alarms of CloudWatch that run the policies. */
import type { Fields } from '../fields.js';
import { exact, isTrue, numberIn, optionalNumber } from './values.js';

export interface Alarm {
  readonly document: Fields;
  readonly name: string;
  readonly threshold: number;
  /** The alarm acts above its threshold, or below it. */
  readonly side: 'above' | 'below';
  /** It acts at the threshold too. */
  readonly isInclusive: boolean;
  readonly periods: number;
  readonly missing: string;
}

const comparisons = {
  GreaterThanOrEqualToThreshold: { side: 'above', isInclusive: true },
  GreaterThanThreshold: { side: 'above', isInclusive: false },
  LessThanOrEqualToThreshold: { side: 'below', isInclusive: true },
  LessThanThreshold: { side: 'below', isInclusive: false },
} as const;

/** The alarms of a policy: those that its description names, and those whose actions name it. */
export function alarmsOf(policy: Fields, alarms: readonly Fields[]): readonly Fields[] {
  const named = policy
    .at('Alarms')
    .items()
    .map((item) => item.at('AlarmName').text());
  const arn = policy.at('PolicyARN').peek();
  return alarms.filter((alarm) => {
    // Other actions, such as a notification, are left for the report.
    const actions = alarm
      .at('AlarmActions')
      .items()
      .map((action) => action.peek());
    return named.includes(alarm.at('AlarmName').text()) || (arn !== undefined && actions.includes(arn));
  });
}

/** The alarms that a policy has and the input does not describe. */
export function missingAlarms(policy: Fields, alarms: readonly Fields[]): readonly string[] {
  const known = alarms.map((alarm) => alarm.at('AlarmName').text());
  return policy
    .at('Alarms')
    .items()
    .map((item) => item.at('AlarmName').text())
    .filter((name) => !known.includes(name));
}

/** @returns why the alarm never runs a policy here, or the alarm. */
export function alarmOf(document: Fields): Alarm | { readonly what: string; readonly why: string } {
  const comparison = document.at('ComparisonOperator').text();
  const how = Object.hasOwn(comparisons, comparison) ? comparisons[comparison as keyof typeof comparisons] : undefined;
  if (how === undefined) {
    document.take();
    const why = 'the steps of Escapement need a fixed number, and no source computes a band of expected values';
    return { what: `an alarm with ${comparison}`, why };
  }
  if (document.at('ActionsEnabled').isPresent && !isTrue(document.at('ActionsEnabled'))) {
    document.take();
    return { what: 'an alarm with ActionsEnabled: false', why: 'AWS does not run its policy' };
  }
  const periods = numberIn(document.at('EvaluationPeriods'));
  return {
    document,
    name: document.at('AlarmName').text(),
    threshold: exact(numberIn(document.at('Threshold'))),
    ...how,
    periods: optionalNumber(document.at('DatapointsToAlarm')) ?? periods,
    missing: document.at('TreatMissingData').optionalText() ?? 'missing',
  };
}

/** What an alarm does that the imported resource does not. */
export function differencesOf({ document, periods, missing, side }: Alarm) {
  const evaluated = numberIn(document.at('EvaluationPeriods'));
  return [
    ...(evaluated > periods
      ? [
          {
            path: document.at('DatapointsToAlarm').place,
            what: `${periods} datapoints out of ${evaluated}`,
            why: `Escapement acts after ${periods} in a row`,
          },
        ]
      : []),
    ...(missing === 'breaching' && side === 'above'
      ? [
          {
            path: document.at('TreatMissingData').place,
            what: 'missing data that counts as above the threshold',
            why: 'the source cloudwatch replaces missing data by a number, and no number is known here. To scale out without data, add fallback:',
          },
        ]
      : []),
  ];
}
