import { withBurst, type Burst } from '../../../src/domain/policies/load/burst.js';
import { unitsAtLeast } from '../../../src/domain/numbers.js';

interface Tick {
  readonly atSeconds: number;
  readonly stable: number;
  readonly short: number;
  readonly ready: number;
}

/** Follows the means of the two windows with a target of 10 a unit, and a long window of 60 s unless said. */
function follow(
  ticks: readonly Tick[],
  { above = 2, averageSeconds = 60 } = {},
): { units: number[]; burst: boolean[] } {
  let burst: Burst | null = null;
  const answers = ticks.map(({ atSeconds, stable, short, ready }) => {
    const answer = withBurst({ above, averageMs: averageSeconds * 1000 }, burst, {
      stable: unitsAtLeast(stable / 10),
      short: unitsAtLeast(short / 10),
      capacity: ready,
      nowMs: atSeconds * 1000,
    });
    burst = answer.burst;
    return { units: answer.capacity, isBurst: answer.burst !== null };
  });
  return { units: answers.map(({ units }) => units), burst: answers.map(({ isBurst }) => isBurst) };
}

const tick = (atSeconds: number, stable: number, short: number, ready: number): Tick => ({
  atSeconds,
  stable,
  short,
  ready,
});

/** As the autoscaler of knative/serving decides, where its rate limits do not come in. */
describe('burst', () => {
  test('a steady load follows the long window', () => {
    expect(follow([tick(2, 50, 50, 5)])).toEqual({ units: [5], burst: [false] });
  });

  test('begins when the short window needs exactly the share of the capacity', () => {
    expect(follow([tick(2, 50, 100, 5)])).toEqual({ units: [10], burst: [true] });
    expect(follow([tick(2, 50, 90, 5)])).toEqual({ units: [5], burst: [false] });
  });

  test('the needed units are rounded up before they are compared with the capacity', () => {
    expect(follow([tick(2, 50, 91, 5)])).toEqual({ units: [10], burst: [true] });
  });

  test('recommends the larger of the two windows', () => {
    expect(follow([tick(2, 300, 100, 5)]).units).toEqual([30]);
  });

  test('never lowers the recommendation during a burst', () => {
    expect(follow([tick(2, 50, 200, 5), tick(4, 60, 60, 20), tick(30, 20, 10, 20)]).units).toEqual([20, 20, 20]);
  });

  test('ends when more than the long window has passed since the short window last needed the share', () => {
    const { units, burst } = follow([tick(2, 50, 100, 5), tick(62, 50, 50, 10), tick(64, 50, 50, 10)]);
    expect(units).toEqual([10, 10, 5]);
    expect(burst).toEqual([true, true, false]);
  });

  test('each time the short window needs the share, the wait for the end begins again', () => {
    const { burst } = follow([tick(2, 50, 100, 5), tick(40, 50, 200, 10), tick(90, 50, 50, 20), tick(102, 50, 50, 20)]);
    expect(burst).toEqual([true, true, true, false]);
  });

  test('a new burst starts from the requested capacity at that time', () => {
    const { units } = follow([tick(2, 50, 200, 5), tick(70, 50, 50, 20), tick(72, 50, 80, 4)]);
    expect(units).toEqual([20, 5, 8]);
  });

  test.each([
    [1, 6, 5, true],
    [10, 49, 5, false],
    [10, 50, 5, true],
  ])('above %d with a need of %d over %d: %s', (above, need, ready, expected) => {
    expect(follow([tick(2, 10, need * 10, ready)], { above }).burst).toEqual([expected]);
  });

  test('zero units count as one', () => {
    expect(follow([tick(2, 5, 10, 0)]).burst).toEqual([false]);
    expect(follow([tick(2, 5, 20, 0)]).burst).toEqual([true]);
  });
});
