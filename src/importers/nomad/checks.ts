/** The checks of a policy: where each one gets its number. */
import type { Fields } from '../fields.js';
import { tlsOf, type Agent, type Plugin } from './agent.js';
import { block, blocks, durationOf, optional, optionalText, textOf } from './blocks.js';

export interface Check {
  readonly name: string;
  /** Checks of one group that have nothing to do are not counted. */
  readonly group: string;
  readonly fields: Fields;
  readonly strategy: string;
  readonly settings: Fields;
  /** The settings of the signal. Undefined: the strategy needs none. */
  readonly signal: Readonly<Record<string, unknown>> | undefined;
}

export interface Lost {
  readonly field: Fields;
  readonly what: string;
  readonly why: string;
}

export interface Read {
  readonly checks: readonly Check[];
  readonly lost: readonly Lost[];
}

/** @throws ImportError if a check has no strategy. */
export function checksOf(policy: Fields, agent: Agent): Read {
  const read = blocks(policy.at('check')).map(([name, fields]) => checkOf(name, fields, agent));
  return {
    checks: read.flatMap(({ check }) => (check === undefined ? [] : [check])),
    lost: read.flatMap(({ lost }) => lost),
  };
}

function checkOf(name: string, fields: Fields, agent: Agent): { check?: Check; lost: readonly Lost[] } {
  const [first] = blocks(fields.at('strategy'));
  if (first === undefined) throw fields.invalid('has no strategy');
  const [strategy, settings] = first;
  const driver = agent.strategy(strategy);
  const group = optionalText(fields.at('group')) ?? '';
  const lost = fields.at('schedule').isPresent ? [schedule(fields.at('schedule'))] : [];
  const common = { name, group, fields, strategy: driver, settings };
  if (driver === 'fixed-value') {
    for (const unused of ['source', 'query', 'query_window']) fields.at(unused).take();
    return { check: { ...common, signal: undefined }, lost };
  }
  const source = agent.source(optionalText(fields.at('source')) ?? 'nomad-apm');
  const offset = optional(fields.at('query_window_offset'), durationOf) ?? 0;
  if (source.driver === 'prometheus') {
    const signal = prometheus(source, textOf(fields.at('query')));
    return { check: { ...common, signal }, lost: offset === 0 ? lost : [...lost, shifted(fields)] };
  }
  fields.take();
  return { lost: [{ field: fields, what: `the check on ${source.driver}`, why: whyNot(source.driver) }] };
}

function prometheus({ config }: Plugin, query: string): Readonly<Record<string, unknown>> {
  const username = optionalText(config.at('basic_auth_user'));
  const password = config.at('basic_auth_password');
  if (password.isPresent) password.take();
  const tls = tlsOf(config);
  return {
    type: 'prometheus',
    server: optionalText(config.at('address')) ?? '${PROMETHEUS_URL}',
    query: onOneLine(query),
    ...(username !== undefined && { username }),
    ...(password.isPresent && { password: '${PROMETHEUS_PASSWORD}' }),
    ...(tls !== undefined && { tls }),
  };
}

/** Line breaks mean nothing in PromQL, unless one ends a comment. */
function onOneLine(query: string): string {
  return query.includes('#') ? query.trim() : query.trim().replaceAll(/\s*\n\s*/g, ' ');
}

function whyNot(driver: string): string {
  if (driver !== 'nomad-apm' && driver !== 'nomad_apm') {
    return `no source of Escapement is like the source ${driver}. The capacity does not follow it. A value that has an HTTP API can be a signal of http-json`;
  }
  return 'no source of Escapement adds up the statistics of the Nomad clients. The capacity does not follow it. Let Prometheus collect them (telemetry { publish_allocation_metrics = true }), and write a signal such as avg(nomad_client_allocs_cpu_total_percent{exported_job="web",task_group="web"})';
}

export function schedule(field: Fields): Lost {
  field.take();
  const why =
    'outside of the schedule Nomad does not evaluate. Here it always does. For bounds by time, add a policy of type schedule';
  return { field, what: 'the schedule', why };
}

function shifted(fields: Fields): Lost {
  const why = 'a query is always for the present. Write offset 1m in the query itself';
  return { field: fields.at('query_window_offset'), what: 'the offset', why };
}

/** Whether two checks follow the same number. */
export function isSameSignal(one: Check, other: Check): boolean {
  return JSON.stringify(one.signal) === JSON.stringify(other.signal);
}

/** Fields without a place here, because a query is for one moment, and what fails is missing data. */
export function takeWindow({ fields }: Check): { readonly window: Fields; readonly errors: Fields } {
  const window = fields.at('query_window');
  const errors = fields.at('on_error');
  for (const field of [window, errors]) field.take();
  return { window: block(window), errors };
}
