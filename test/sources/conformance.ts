/** What every source must do, whatever it talks to. Run against local servers in unit tests, and the true ones in test/services. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { inspect } from 'node:util';
import { createSource } from '../support/create-source.js';
import { AdapterError } from '../../src/adapters/net/errors.js';
import type { Source } from '../../src/adapters/sources/source.js';
import { closedPort, startHangingServer } from './local-servers.js';

/** Given to every source as its password or token; must be seen nowhere. */
export const plantedSecret = 'pl4nted/S3cret#1';

const never = (): AbortSignal => new AbortController().signal;

export interface SourceUnderTest {
  readonly type: string;
  /** Where a type can be reached in more than one way. */
  readonly label?: string;
  /** Settings that lead to a server on this port of 127.0.0.1, with the planted secret in them. */
  settingsFor(port: number): Record<string, unknown>;
  /** Some clients cannot be stopped in less. */
  readonly timeoutMs?: number;
}

/** A server that can be made to fail. */
interface BreakableServer {
  readonly port: number;
  start(): Promise<void>;
  stop(): Promise<void>;
  pause(): Promise<void>;
  resume(): Promise<void>;
}

export interface Situations {
  readonly server: BreakableServer;
  /** What the server holds for `settingsFor`. */
  readonly value: number;
  /** Settings with the wrong password, or none where the server wants one. */
  wrongLogin?(): Record<string, unknown>;
  /** Settings with a name the server does not know, and what becomes of it. */
  missingName?(): { readonly settings: Record<string, unknown>; readonly outcome: AdapterError['code'] | number };
  /** Settings for something that exists and holds nothing, and what becomes of it. */
  empty?(): { readonly settings: Record<string, unknown>; readonly outcome: AdapterError['code'] | number };
  /** Puts back what a restart of the server lost. */
  afterRestart?(): Promise<void>;
}

/** The part that needs no server at all: nothing listens, or something listens and never answers. */
export function describeFailures(subject: SourceUnderTest): void {
  describe(`${subject.label ?? subject.type} without a responding server`, () => {
    it('says that nothing listens at the address', async () => {
      const error = await failureOf(make(subject, subject.settingsFor(await closedPort())));
      expect(error.code).toBe('unreachable');
    });

    it('keeps its timeout when the server accepts connections and never responds, repeatedly', async () => {
      await whileHanging(async (port) => {
        const source = make(subject, subject.settingsFor(port), 300);
        expect((await failureOf(source)).code).toBe('timeout');
        expect((await failureOf(source)).code).toBe('timeout');
        await source.close?.();
      });
    });

    it('stops immediately when it is aborted', async () => {
      await whileHanging(async (port) => {
        const controller = new AbortController();
        const source = make(subject, subject.settingsFor(port), 60_000);
        const failure = failureOf(source, controller.signal);
        controller.abort();
        expect((await failure).message).toContain('stopped');
        await source.close?.();
      });
    });
  });
}

/** Everything, on a server that can be broken. */
export function describeConformance(subject: SourceUnderTest, situations: Situations): void {
  const { server, value } = situations;

  describe(`source ${subject.label ?? subject.type}`, () => {
    let source: Source;
    beforeAll(async () => {
      source = make(subject, subject.settingsFor(server.port));
    });
    afterAll(async () => {
      await source.close?.();
    });

    it('correct values', async () => {
      const before = Date.now();
      const sample = await source.sample(never());
      expect(sample.value).toBe(value);
      // Clocks of servers differ a little; an hour would be a wrong unit or zone.
      expect(Math.abs(sample.atMs - before)).toBeLessThan(3_600_000);
    });

    it('many samples at once', async () => {
      const samples = await Promise.all(Array.from({ length: 20 }, () => source.sample(never())));
      expect(samples.map((sample) => sample.value)).toEqual(Array.from({ length: 20 }, () => value));
    });

    it('closed and used again', async () => {
      await source.close?.();
      await source.close?.();
      expect((await source.sample(never())).value).toBe(value);
    });

    const wrongLogin = situations.wrongLogin?.bind(situations);
    if (wrongLogin !== undefined) {
      it('invalid credentials', async () => {
        const refused = make(subject, wrongLogin());
        expect((await failureOf(refused)).code).toBe('denied');
        await refused.close?.();
      });
    }

    for (const [situation, given] of [
      ['name missing', situations.missingName?.bind(situations)],
      ['empty queue', situations.empty?.bind(situations)],
    ] as const) {
      if (given === undefined) continue;
      it(situation, async () => {
        const { settings, outcome } = given();
        const other = make(subject, settings);
        if (typeof outcome === 'number') expect((await other.sample(never())).value).toBe(outcome);
        else expect((await failureOf(other)).code).toBe(outcome);
        await other.close?.();
      });
    }

    it('server hanging', async () => {
      const impatient = make(subject, subject.settingsFor(server.port), subject.timeoutMs ?? 1_000);
      const connected = make(subject, subject.settingsFor(server.port), subject.timeoutMs ?? 1_000);
      await server.pause();
      try {
        expect((await failureOf(impatient)).code).toBe('timeout');
        expect((await failureOf(connected)).code).toBe('timeout');
      } finally {
        await server.resume();
      }
      await impatient.close?.();
      await connected.close?.();
      expect((await source.sample(never())).value).toBe(value);
    });

    it('server down', async () => {
      await server.stop();
      expect(await failureOf(source)).toMatchObject({ code: 'unreachable' });
      expect(await failureOf(source)).toMatchObject({ code: 'unreachable' });
    });

    it('server back', async () => {
      await server.start();
      await situations.afterRestart?.();
      expect((await source.sample(never())).value).toBe(value);
    });
  });
}

export function make(
  subject: { readonly type: string },
  settings: Record<string, unknown>,
  timeoutMs = 10_000,
): Source {
  const source = createSource(subject.type, settings, { signal: 'waiting', timeoutMs });
  secretsOf.set(source, [plantedSecret, ...secretsIn(settings)]);
  return source;
}

/** The error of a sample that must fail: one for people, without a secret anywhere in it. */
export async function failureOf(source: Source, signal: AbortSignal = never()): Promise<AdapterError> {
  const outcome: unknown = await source.sample(signal).catch((error: unknown) => error);
  if (!(outcome instanceof AdapterError)) throw new Error(`expected a AdapterError, got ${inspect(outcome)}`);
  expectNoSecret(outcome, secretsOf.get(source));
  expect(outcome.message).toContain('signal "waiting"');
  return outcome;
}

export function expectNoSecret(error: unknown, secrets: readonly string[] = [plantedSecret]): void {
  const everything = inspect(error, { depth: 12, showHidden: true });
  for (const secret of secrets) {
    for (const shape of [secret, encodeURIComponent(secret), Buffer.from(secret).toString('base64')]) {
      expect(everything).not.toContain(shape);
    }
  }
}

const secretsOf = new WeakMap<Source, readonly string[]>();

/** Servers that make up their own keys give secrets that cannot be planted. */
function secretsIn(settings: object): string[] {
  return Object.entries(settings).flatMap(([name, value]) => {
    if (typeof value === 'object' && value !== null) return secretsIn(value as object);
    return /password|secret|token/i.test(name) && typeof value === 'string' ? [value] : [];
  });
}

async function whileHanging(work: (port: number) => Promise<void>): Promise<void> {
  const server = await startHangingServer();
  try {
    await work(server.port);
  } finally {
    await server.stop();
  }
}
