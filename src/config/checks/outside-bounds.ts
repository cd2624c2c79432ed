/** Capacities under `autoscale:` that lie outside `[min, max]`: what is asked for is brought back inside, so none comes of them. */
import type { AutoscaleSettings, PolicySettings } from '../../domain/autoscale/settings.js';
import type { ScaleSettings } from '../../domain/scale/settings.js';
import type { Finding } from '../file/issue-words.js';
import type { Path } from '../file/path.js';

type Bounds = Pick<ScaleSettings, 'min' | 'max'>;

export function capacitiesOutside(settings: AutoscaleSettings, bounds: Bounds): Finding[] {
  return writtenCapacities(settings).flatMap(({ path, capacity }) => {
    const text = whatComesOfIt(capacity, bounds);
    return text === undefined ? [] : [{ path, text }];
  });
}

function whatComesOfIt(capacity: number, { min, max }: Bounds): string | undefined {
  if (capacity < min) return `${capacity} is below min, ${min}, which is what comes of it; lower min, or write ${min}`;
  if (max !== null && capacity > max)
    return `${capacity} is above max, ${max}, which is what comes of it; raise max, or write ${max}`;
  return undefined;
}

interface WrittenCapacity {
  readonly path: Path;
  readonly capacity: number;
}

function writtenCapacities({ policies, fallback }: AutoscaleSettings): WrittenCapacity[] {
  return [
    ...policies.flatMap((policy, index) => capacitiesOf(policy, ['autoscale', 'policies', index])),
    ...numbersIn(fallback.capacity, ['autoscale', 'fallback', 'capacity']),
  ];
}

function capacitiesOf(policy: PolicySettings, path: Path): WrittenCapacity[] {
  if (policy.type === 'fixed') return [{ path: [...path, 'capacity'], capacity: policy.capacity }];
  if (policy.type !== 'schedule') return [];
  const windows = policy.windows.flatMap(({ min, max, capacity }, index) =>
    numbersIn({ min, max, capacity }, [...path, 'windows', index]),
  );
  return [...windows, ...numbersIn(policy.otherwise, [...path, 'otherwise'])];
}

function numbersIn(written: unknown, path: Path): WrittenCapacity[] {
  if (typeof written === 'number') return [{ path, capacity: written }];
  if (typeof written !== 'object' || written === null) return [];
  return Object.entries(written).flatMap(([key, value]) => numbersIn(value, [...path, key]));
}
