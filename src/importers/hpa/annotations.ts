/** The annotations in which an HPA of autoscaling/v1 carries what v1 has no field for, as JSON. */
import { isMapping } from '../../config/file/path.js';
import type { Fields } from '../fields.js';

const prefix = 'autoscaling.alpha.kubernetes.io/';

export const metricsAnnotation = `${prefix}metrics`;
export const behaviorAnnotation = `${prefix}behavior`;

/** The content of an annotation, with the names of the fields as in v2. Nothing, if there is no such annotation. */
export function jsonIn(annotation: Fields): Fields {
  const text = annotation.peek();
  if (text === undefined) return annotation.containing(undefined);
  try {
    return annotation.containing(withSmallInitials(JSON.parse(text)));
  } catch {
    throw annotation.invalid('is not JSON');
  }
}

/** The API server writes `ScaleUp` for `scaleUp` in the annotation of the behavior. */
function withSmallInitials(value: unknown, isLabels = false): unknown {
  if (Array.isArray(value)) return value.map((item) => withSmallInitials(item));
  if (!isMapping(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [
      isLabels ? key : key.slice(0, 1).toLowerCase() + key.slice(1),
      withSmallInitials(item, key === 'matchLabels'),
    ]),
  );
}
