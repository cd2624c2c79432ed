/** Values of fields that more than one part of this importer reads. */
import type { Path } from '../../config/file/path.js';
import type { Fields } from '../fields.js';

/** What the report says about a field of one document. */
export interface Remarks {
  readonly warnings: readonly { readonly path: string; readonly message: string }[];
  readonly unsupported: readonly { readonly path: string; readonly what: string; readonly why: string }[];
}

export function numberIn(field: Fields): number {
  const value = field.take();
  if (typeof value !== 'number') throw field.invalid(field.isPresent ? 'is not a number' : 'is missing');
  return value;
}

export function optionalNumber(field: Fields): number | undefined {
  return field.isPresent ? numberIn(field) : undefined;
}

export function isTrue(field: Fields): boolean {
  return field.take() === true;
}

/** Without the rounding errors of doubles: 0.1 + 0.2 is 0.3. */
export function exact(value: number): number {
  return Number(value.toPrecision(12));
}

/** What identifies the scaled object in each of its documents. */
export function targetKey(document: Fields): string {
  return ['ServiceNamespace', 'ResourceId', 'ScalableDimension'].map((field) => document.at(field).text()).join(' ');
}

/** Fields that say nothing about scaling. */
const withoutEffect = new Set([
  ...['RoleARN', 'CreationTime', 'ScalableTargetARN', 'PolicyARN', 'ScheduledActionARN', 'PredictedCapacity', 'Tags'],
  ...['AlarmARN', 'AlarmArn', 'AlarmDescription', 'AlarmConfigurationUpdatedTimestamp', 'OKActions', 'AlarmActions'],
  ...['StateValue', 'StateReason', 'StateReasonData', 'StateUpdatedTimestamp', 'StateTransitionedTimestamp'],
  ...['EvaluationState', 'Label', 'InsufficientDataActions'],
]);

/** What nobody has read of a document, for the report. */
export function leftIn(document: Fields): Remarks {
  const isWithout = (path: Path) => path.some((key) => withoutEffect.has(String(key)));
  const left = document.unread();
  const names = [
    ...new Set(left.filter(isWithout).map((path) => path.filter((key) => typeof key === 'string').join('.'))),
  ];
  return {
    warnings:
      names.length === 0
        ? []
        : [
            {
              path: document.place.trim(),
              message: `has fields without effect on scaling, left out: ${names.join(', ')}`,
            },
          ],
    unsupported: left
      .filter((path) => !isWithout(path))
      .map((path) => ({
        path: document.at(...(path as readonly (string | number)[])).place,
        what: 'the field',
        why: 'Escapement does not know it, or it is not used with the other fields',
      })),
  };
}
