/** A row of `GET /v1/resources` as an autoscaled resource has it, for measurements without an API. */
import type { ResourceRow } from '../src/api/fleet/answers.js';

/** @param turn each turn has other numbers. */
export function fleetRow(index: number, turn: number): ResourceRow {
  const resource = `service-${String(index).padStart(4, '0')}`;
  const capacity = 2 + ((index + turn) % 8);
  const nowSeconds = Math.floor(Date.now() / 1000);
  const past = (offset: number) =>
    Array.from({ length: 30 }, (_, at): [number, number] => [
      nowSeconds - (30 - at) * 120,
      2 + ((index + at + offset) % 8),
    ]);
  const isMoving = (index + turn) % 3 === 0;
  const inAMinute = new Date(Date.now() + 60_000).toISOString();
  return {
    resource,
    platform: 'ecs',
    bounds: { min: 1, max: 10 },
    phase: isMoving ? 'coolingDown' : 'settled',
    notice: null,
    observed: { capacity, status: 'ACTIVE', ready: capacity, observedAt: new Date().toISOString() },
    targetCapacity: capacity + Number(isMoving),
    reason: 'autoscale: depth',
    startedFrom: 1,
    stepsMade: turn,
    changes: [],
    cooldownUntil: { up: isMoving ? inAMinute : null, down: null },
    drift: [],
    refused: null,
    ignoredSignals: [],
    lastError: null,
    dryRun: false,
    run: null,
    links: {
      self: `/v1/resources/${resource}`,
      scale: `/v1/resources/${resource}/scale`,
      runs: `/v1/resources/${resource}/runs`,
      webUi: null,
    },
    isAutoscaled: true,
    capacity,
    ready: capacity,
    target: capacity + Number(isMoving),
    attention: [],
    why: `depth ${100 * capacity} / 100 a unit needs ${capacity}`,
    limitedBy: isMoving
      ? { by: 'cooldown', from: capacity + 1, to: capacity, reason: 'until the cooldown ends' }
      : null,
    pause: null,
    override: null,
    spark: { capacity: past(turn), target: past(turn + 1) },
  };
}
