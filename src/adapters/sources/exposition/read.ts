/** Reads all instances, and makes one number of the series that they have. */
import { createHash } from 'node:crypto';
import { combined } from '../../../domain/autoscale/series.js';
import { shareOf } from '../../../domain/written/percentage.js';
import { AdapterError } from '../../net/errors.js';
import type { HttpClient } from '../http-client.js';
import { textOfSuccess } from '../http-client.js';
import { reasonOf } from '../sampler.js';
import type { Sample } from '../source.js';
import type { selector } from './selection.js';
import type { ExpositionSettings } from './settings.js';
import { identityOf, type Point } from './text.js';

export interface Reading extends Pick<ExpositionSettings, 'series' | 'missing' | 'atLeast' | 'metric'> {
  readonly select: ReturnType<typeof selector>;
  readonly signal: AbortSignal;
}

type Seen = Pick<Sample, 'value' | 'isDated' | 'note' | 'series'> & { readonly atMs?: number };

/** @throws AdapterError */
export async function readInstances(clients: readonly HttpClient[], reading: Reading): Promise<Seen> {
  const outcomes = await readAll(clients, reading);
  const read = outcomes.filter((outcome) => 'points' in outcome);
  const failed = outcomes.filter((outcome) => 'error' in outcome);
  requireEnough(read.length, failed, reading);
  const points = read.flatMap(({ points }) => points);
  if (points.length === 0) throw noSeries(reading);
  const seen = seenIn(read, reading, outcomes.length / read.length);
  return failed.length === 0 ? seen : { ...seen, note: noteOn(failed, outcomes.length, reading) };
}

interface Read {
  readonly client: HttpClient;
  readonly points: readonly Point[];
}

interface Failed {
  readonly client: HttpClient;
  readonly error: unknown;
}

/** The version of Prometheus 3: its programs prefer OpenMetrics, and others send their text format. */
const accept =
  'application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.6,application/openmetrics-text;version=0.0.1;q=0.5,text/plain;version=1.0.0;escaping=allow-utf-8;q=0.4,text/plain;version=0.0.4;q=0.3,*/*;q=0.2';

/** Responses of several megabytes that are read at once must not fill the memory. */
const atOnce = 16;

async function readAll(clients: readonly HttpClient[], reading: Reading): Promise<(Read | Failed)[]> {
  const outcomes: (Read | Failed)[] = [];
  const next = clients.entries();
  const readNext = async () => {
    for (const [at, client] of next) {
      outcomes[at] = await readOne(client, reading).catch((error: unknown) => ({ client, error }));
    }
  };
  await Promise.all(Array.from({ length: Math.min(atOnce, clients.length) }, readNext));
  return outcomes;
}

async function readOne(client: HttpClient, { select, signal }: Reading): Promise<Read> {
  const answer = await client.ask({ headers: { accept, 'accept-encoding': 'gzip' }, signal });
  const text = textOfSuccess(answer);
  const isOpenMetrics = answer.contentType?.trim().toLowerCase().startsWith('application/openmetrics-text') ?? false;
  return { client, points: select(text, isOpenMetrics ? 'openMetrics' : 'prometheus') };
}

/** 7% of 100 is a little more than 7 as a binary fraction. */
const rounding = 1e-9;

function requireEnough(read: number, failed: readonly Failed[], { missing, atLeast }: Reading): void {
  const [first] = failed;
  if (first === undefined) return;
  const all = read + failed.length;
  const least = typeof atLeast === 'number' ? atLeast : Math.ceil(all * shareOf(atLeast) - rounding);
  if (missing !== 'fail' && read >= least && read > 0) return;
  if (all === 1) throw first.error;
  const { code, text } = reasonOf(first.error);
  const advice = missing === 'fail' ? ' With missing: ignore or scale, the others count.' : '';
  throw new AdapterError(code, `${failed.length} of ${all} instances failed. ${first.client.shown}: ${text}${advice}`);
}

function noteOn(failed: readonly Failed[], all: number, { missing }: Reading): string {
  const names = failed.map(({ client }) => client.shown);
  const shown = names.length > 3 ? [...names.slice(0, 3), `${names.length - 3} more`] : names;
  const read = all - failed.length;
  const effect = missing === 'scale' ? `, so the sum is multiplied by ${all}/${read}` : '';
  return `${read} of ${all} instances could be read, without ${shown.join(', ')}${effect}`;
}

/** @param ratio the number of instances, divided by the number of those that were read. */
function seenIn(read: readonly Read[], { series, missing }: Reading, ratio: number): Seen {
  const points = read.flatMap(({ points }) => points);
  const dates = points.flatMap(({ atMs }) => atMs ?? []);
  // A sum is as old as its oldest part.
  const dated = dates.length === 0 ? {} : { atMs: dates.reduce((one, other) => Math.min(one, other)), isDated: true };
  if (series === 'one') {
    const [point, ...others] = points;
    if (point === undefined || others.length > 0) throw severalSeries(points.length);
    return { value: point.value, ...dated };
  }
  const values = series === 'sum' ? sums(read) : each(read);
  const factor = missing === 'scale' ? ratio : 1;
  const value = combined(series, Object.values(values)) * factor;
  return { value, ...dated, series: { combination: series, values, ...(factor !== 1 && { factor }) } };
}

/** The counters of one process restart together, so their sum is a counter too. */
function sums(read: readonly Read[]): Record<string, number> {
  const ofInstances = read
    .filter(({ points }) => points.length > 0)
    .map(({ client, points }): [string, number] => [
      shortName(client.shown),
      combined(
        'sum',
        points.map(({ value }) => value),
      ),
    ]);
  return Object.fromEntries(ofInstances);
}

function each(read: readonly Read[]): Record<string, number> {
  const ofSeries = read.flatMap(({ client, points }) =>
    points.map((point): [string, number] => [shortName(client.shown + identityOf(point)), point.value]),
  );
  return Object.fromEntries(ofSeries);
}

/** The state of a watch may contain many of them. 60 bits: the same name for two of 500 is not to be expected. */
function shortName(name: string): string {
  return createHash('sha256').update(name).digest('base64url').slice(0, 10);
}

function noSeries({ metric }: Reading): AdapterError {
  return new AdapterError('noData', `has no series of ${metric} with these labels. Check metric, labels and matching.`);
}

function severalSeries(count: number): AdapterError {
  return new AdapterError('malformed', `${count} series are selected. Set series, or labels that select one.`);
}
