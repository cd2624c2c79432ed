/**
 * Of several brokers, the one that is active. Brokers with a shared store, as an active/standby pair of Amazon MQ, take
 * turns: a broker on standby has no queues, and often does not even respond.
 */
import { withDeadline } from '../../net/deadline.js';
import { AdapterError } from '../../net/errors.js';
import { reasonOf } from '../sampler.js';

interface Broker {
  readonly shown: string;
}

interface Read<Result> {
  readonly result: Result;
  /** Which broker is active, where there are several, and why another one no longer is. */
  readonly note?: string;
}

type ReadFrom<Of, Result> = (broker: Of, signal: AbortSignal) => Promise<Result>;

/**
 * The broker that responded as active is asked first the next time, with half of the timeout. If it fails, and for the first
 * sample, all others are asked at the same time, and the first that responds as active is remembered.
 */
export function activeBroker<Of extends Broker>(brokers: readonly Of[], timeoutMs: number) {
  let active: Of | undefined;
  let failover = '';

  return async function <Result>(signal: AbortSignal, read: ReadFrom<Of, Result>): Promise<Read<Result>> {
    const [only] = brokers;
    if (only !== undefined && brokers.length === 1) return { result: await read(only, signal) };
    const before = active;
    const failures: Failure[] = [];
    if (before !== undefined) {
      try {
        const call = { name: 'the request', signal, timeoutMs: timeoutMs / 2 };
        return noted(before, await withDeadline(call, (until) => read(before, until)), failover);
      } catch (error) {
        failures.push(failureOf(before, error));
        if (signal.aborted || reasonOf(error).code === 'denied') throw error;
      }
    }
    const others = brokers.filter((broker) => broker !== before);
    const { broker, result } = await firstOf(others, failures, signal, read);
    active = broker;
    const [failed] = failures;
    if (before !== undefined && failed !== undefined) {
      failover = ` since ${new Date().toISOString()}, because ${failed.shown} ${failed.text.split('. ')[0] ?? ''}`;
    }
    return noted(broker, result, failover);
  };
}

interface Failure {
  readonly shown: string;
  readonly code: AdapterError['code'];
  readonly text: string;
}

function failureOf({ shown }: Broker, error: unknown): Failure {
  return { shown, ...reasonOf(error) };
}

function noted<Result>({ shown }: Broker, result: Result, failover: string): Read<Result> {
  return { result, note: `the active broker is ${shown}${failover}` };
}

async function firstOf<Of extends Broker, Result>(
  brokers: readonly Of[],
  failed: readonly Failure[],
  signal: AbortSignal,
  read: ReadFrom<Of, Result>,
): Promise<{ readonly broker: Of; readonly result: Result }> {
  // Stops the requests to the others when the active broker has responded.
  const ended = new AbortController();
  const stop = () => ended.abort(signal.reason);
  signal.addEventListener('abort', stop, { once: true });
  const failures: Failure[] = [];
  try {
    return await Promise.any(
      brokers.map(async (broker) => {
        try {
          return { broker, result: await read(broker, ended.signal) };
        } catch (error) {
          failures.push(failureOf(broker, error));
          throw error;
        }
      }),
    );
  } catch {
    throw noneActive([...failed, ...failures]);
  } finally {
    signal.removeEventListener('abort', stop);
    ended.abort();
  }
}

/** A broker that refuses the login, or has no such queue, determines the code: another broker would not help. */
function noneActive(failures: readonly Failure[]): AdapterError {
  const said = ({ shown, text }: Failure) => `${shown} ${text.replace(/\.$/, '')}`;
  const decisive = failures.find(({ code }) => code === 'denied' || code === 'missing');
  const others = failures.filter((failure) => failure !== decisive).map(said);
  if (decisive !== undefined) return new AdapterError(decisive.code, `${[said(decisive), ...others].join('; ')}.`);
  const code = failures.every((failure) => failure.code === 'timeout') ? 'timeout' : 'unreachable';
  return new AdapterError(code, `no broker is active: ${others.join('; ')}.`);
}
