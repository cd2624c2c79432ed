/**
 * The HTTP API of the sidecar on Omnistrate, and one path that the real one does not have: it sets a size instead of
 * adding to it.
 */
import { Router, type Request, type Response } from 'express';
import { z } from 'zod';
import { answer } from './answer.js';
import type { CallLog, LoggedCall } from './call-log.js';
import type { Fault } from './fault.js';
import type { FaultPlan, IncomingCall } from './fault-plan.js';
import { findResource, parseBody, RequestError } from './request.js';
import type { SimulatedResource } from './resource.js';

export interface SidecarDependencies {
  readonly resources: ReadonlyMap<string, SimulatedResource>;
  readonly faults: FaultPlan;
  readonly log: CallLog;
  /** Reads show the state of this long ago, with its time. */
  readonly readLagMs: number;
  /** Milliseconds since the epoch. */
  now(): number;
}

const units = z.int().min(1);
const addBody = z.object({ capacityToBeAdded: units });
const removeBody = z.object({ capacityToBeRemoved: units });
const sizeBody = z.object({ size: z.int().min(0) });

export function sidecarApi(parts: SidecarDependencies): Router {
  return Router()
    .get('/resource/:alias/capacity', logged(parts, read))
    .post(
      '/resource/:alias/capacity/add',
      logged(parts, (call) => change(call, parseBody(addBody, call.entry.body).capacityToBeAdded)),
    )
    .post(
      '/resource/:alias/capacity/remove',
      logged(parts, (call) => change(call, -parseBody(removeBody, call.entry.body).capacityToBeRemoved)),
    )
    .post(
      '/resource/:alias/size',
      logged(parts, (call) => setSize(call, parseBody(sizeBody, call.entry.body).size)),
    );
}

interface Call {
  readonly parts: SidecarDependencies;
  readonly resource: SimulatedResource;
  readonly entry: LoggedCall;
  readonly response: Response;
}

/** Every call is logged before it is processed. */
function logged(parts: SidecarDependencies, handle: (call: Call) => void) {
  return (request: Request<{ alias: string }>, response: Response): void => {
    const entry = parts.log.begin({
      atMs: parts.now(),
      method: request.method,
      path: request.originalUrl,
      body: typeof request.body === 'string' ? request.body : '',
      idempotencyKey: request.get('Idempotency-Key'),
      traceparent: request.get('traceparent'),
    });
    try {
      handle({ parts, resource: findResource(parts.resources, request.params.alias), entry, response });
    } catch (error) {
      if (!(error instanceof RequestError)) throw error;
      response.status(error.status).json({ error: error.message });
      parts.log.finish(entry, String(error.status));
    }
  };
}

function read({ parts, resource, entry, response }: Call): void {
  const fault = nextFault(parts, entry, { kind: 'read', resource: resource.alias });
  const seenAtMs = parts.now() - parts.readLagMs;
  const ageMs = fault?.type === 'staleReading' || fault?.type === 'staleTimestamp' ? fault.ageMs : 0;
  const { capacity, status } = resource.at(fault?.type === 'staleReading' ? seenAtMs - ageMs : seenAtMs);
  const good = {
    ...namesOf(resource),
    status: fault?.type === 'status' ? fault.status : status,
    currentCapacity: capacity,
    lastObservedTimestamp: new Date(seenAtMs - ageMs).toISOString(),
  };
  parts.log.finish(entry, answer(response, fault, good));
}

function change(call: Call, units: number): void {
  const { resource, entry } = call;
  carryOut(call, (atMs) => {
    const cause = `${units > 0 ? 'add' : 'remove'} ${Math.abs(units)} (call ${entry.call})`;
    if (!resource.change(units, atMs, cause)) {
      throw new RequestError(
        400,
        `cannot remove ${-units} from ${resource.alias}: it has fewer, or will have fewer after pending changes`,
      );
    }
    return units;
  });
}

function setSize(call: Call, size: number): void {
  const { resource, entry } = call;
  carryOut(call, (atMs) => {
    const units = size - resource.at(atMs).capacity;
    resource.setSize(size, atMs, `set ${size} (call ${entry.call})`);
    return units;
  });
}

/** @param apply makes the change take effect from that time on, and returns its number of units. */
function carryOut({ parts, resource, entry, response }: Call, apply: (atMs: number) => number): void {
  const fault = nextFault(parts, entry, { kind: 'change', resource: resource.alias });
  const delayMs = applyDelayMs(fault);
  if (delayMs !== null) {
    const atMs = parts.now() + delayMs;
    entry.applied = { resource: resource.alias, units: apply(atMs), atMs };
  }
  parts.log.finish(entry, answer(response, fault, namesOf(resource)));
}

function nextFault(parts: SidecarDependencies, entry: LoggedCall, call: IncomingCall): Fault | undefined {
  const fault = parts.faults.next(call);
  if (fault !== undefined) entry.fault = fault.type;
  return fault;
}

/** The time until a change takes effect; null when it never does. */
function applyDelayMs(fault: Fault | undefined): number | null {
  if (fault === undefined) return 0;
  if (fault.type === 'slow') return fault.delayMs;
  return 'appliesAfterMs' in fault ? fault.appliesAfterMs : 0;
}

function namesOf({ alias }: SimulatedResource) {
  return { instanceId: 'instance-simulated', resourceId: `r-${alias}`, resourceAlias: alias };
}
