/** A platform as the conformance suite wants it: its adapter, a server to run against, and hands that are not ours. */
import type { TakesChanges } from '../../../src/domain/scale/settings.js';
import type { Platform } from '../../../src/adapters/platforms/platform.js';
import type { Gate } from '../fixtures/gate.js';
import type { JsonAnswer } from '../fixtures/json-server.js';

export interface Candidate {
  /** Its row in the table. */
  readonly name: string;
  readonly takesChanges: TakesChanges;
  /** How the platform says "too often" and "not you". */
  readonly throttled: JsonAnswer;
  readonly denied: JsonAnswer;
  /** The platform reports no status that means that a resource failed: `fail` is never called. */
  readonly hasNoFailedStatus?: true;
  /** A server, and a way to make resources on it. */
  open(): Promise<Site>;
}

export interface Site {
  /** A resource of its own, behind a gate of its own. */
  resource(name: string, capacity: number): Promise<RealResource>;
  close(): Promise<void>;
}

/** Everything here goes around the adapter and its gate. */
export interface RealResource {
  readonly platform: Platform;
  readonly gate: Gate;
  capacity(): Promise<number>;
  /** A change by another writer. */
  moveTo(capacity: number): Promise<void>;
  fail(): Promise<void>;
  remove(): Promise<void>;
}

export const requestTimeoutMs = 5000;
