/**
 * An HPA and an evaluation over time, on the same numbers: the bookkeeping of the controller (v1.36.3, horizontal.go)
 * around the arithmetic that behavior.test.ts compares with ours. Beside it, a resource whose run makes its steps at any
 * time.
 */
import fc from 'fast-check';
import { applyBehavior, type BehaviorInput } from '../../../src/domain/behavior.js';
import { seed } from '../../properties/seed.js';
import { seconds, spec, WatchedResource } from '../autoscale/watched-resource.js';

type Behavior = BehaviorInput['behavior'];
interface Event {
  readonly atMs: number;
  readonly change: number;
}

const bounds = { min: 1, max: 60 };

/** What reconcileAutoscaler remembers: recommendations before limits, and its own changes of `spec.replicas`. */
class Controller {
  private readonly recommendations: { atMs: number; capacity: number }[] = [];
  private readonly ups: Event[] = [];
  private readonly downs: Event[] = [];

  constructor(
    public replicas: number,
    private readonly behavior: Behavior,
  ) {}

  /** @param desired by the metric; null: it failed, and nothing is done. */
  reconcile(atMs: number, desired: number | null): void {
    if (this.recommendations.length === 0) this.recommendations.push({ atMs, capacity: this.replicas });
    if (desired === null) return;
    const age = (event: { atMs: number }) => ({ ageSeconds: (atMs - event.atMs) / 1000 });
    const { capacity } = applyBehavior({
      ...bounds,
      current: this.replicas,
      desired,
      behavior: this.behavior,
      recommendations: this.recommendations.map((past) => ({ ...age(past), capacity: past.capacity })),
      scaleUpEvents: this.ups.map((event) => ({ ...age(event), change: event.change })),
      scaleDownEvents: this.downs.map((event) => ({ ...age(event), change: event.change })),
    });
    this.recommendations.push({ atMs, capacity: desired });
    if (capacity > this.replicas) this.ups.push({ atMs, change: capacity - this.replicas });
    if (capacity < this.replicas) this.downs.push({ atMs, change: this.replicas - capacity });
    this.replicas = capacity;
  }
}

const policy = fc.record({
  type: fc.constantFrom('Pods' as const, 'Percent' as const),
  value: fc.constantFrom(1, 4, 10, 50, 100, 300),
  periodSeconds: fc.constantFrom(15, 30, 60, 120),
});
const rules = fc.record(
  {
    stabilizationWindowSeconds: fc.constantFrom(0, 30, 60, 300),
    policies: fc.array(policy, { maxLength: 2 }),
    selectPolicy: fc.constantFrom('Max' as const, 'Min' as const),
  },
  { requiredKeys: [] },
);

const look = fc.record({
  load: fc.oneof(
    { weight: 5, arbitrary: fc.integer({ min: 0, max: 700 }) },
    { weight: 1, arbitrary: fc.constant(null) },
  ),
  /** The units by which the run progresses until the next evaluation. */
  steps: fc.integer({ min: 0, max: 12 }),
  isActive: fc.boolean(),
});

test('a run of any speed gets the targets that an HPA would set, at every evaluation', () => {
  fc.assert(
    fc.property(
      fc.record({ scaleUp: rules, scaleDown: rules }),
      fc.integer({ min: 1, max: 60 }),
      fc.array(look, { minLength: 1, maxLength: 40 }),
      fc.constantFrom('whenActive' as const, 'anyTime' as const),
      (behavior, start, looks, takesChanges) => {
        const controller = new Controller(start, behavior);
        const watched = spec(
          { behavior, policies: [{ type: 'perUnit', value: 'load', target: 10 }] },
          { ...bounds, takesChanges },
        );
        const resource = new WatchedResource(watched, start);
        let asked = start;
        looks.forEach(({ load, steps, isActive }, index) => {
          const atMs = index * 15 * seconds;
          // A platform that must be ACTIVE and is not: the look is none, as one without a metric is.
          const isLook = isActive || takesChanges === 'anyTime';
          controller.reconcile(atMs, load === null || !isLook ? null : Math.ceil(load / 10));
          const { target } = resource.look({
            atMs,
            load: load ?? 'down',
            status: isActive ? 'ACTIVE' : 'STARTING',
            run: asked === resource.capacity ? null : { target: asked, isOwn: true },
          });
          expect(target).toBe(controller.replicas);
          asked = target;
          const way = asked - resource.capacity;
          resource.capacity += Math.sign(way) * Math.min(Math.abs(way), steps);
        });
      },
    ),
    { seed, numRuns: 500 },
  );
});
