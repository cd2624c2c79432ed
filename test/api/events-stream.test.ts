/** The changes of resources as they happen, over real connections and a real Temporal server. */
import { describe, expect, it } from '@jest/globals';
import { pino } from 'pino';
import { AutoscalerCheck } from '../../src/api/autoscale/check.js';
import type { ResourceRow } from '../../src/api/fleet/answers.js';
import { Fleet } from '../../src/api/fleet/fleet.js';
import { Links } from '../../src/api/http/links.js';
import { Feed } from '../../src/api/live/feed.js';
import { AutoscaleReader } from '../../src/client/autoscale/reader.js';
import { RunReader } from '../../src/client/scale/runs.js';
import { Outage } from '../../src/process/outage.js';
import { eventually } from '../support/eventually.js';
import { openWorkbench } from '../workflows/open-workbench.js';
import type { TestResource } from '../workflows/workbench.js';
import { fleetConfig } from './fleet-config.js';
import { openStream, type StreamEvent } from './event-stream.js';
import { openApi } from './test-api.js';

const bench = await openWorkbench();
const { client } = bench.server;

const rowIn = ({ data }: StreamEvent) => data as ResourceRow;
const isRow =
  (resource: string, wanted: (row: ResourceRow) => boolean = () => true) =>
  (event: StreamEvent) =>
    event.event === 'resource' && rowIn(event).resource === resource && wanted(rowIn(event));

/** A feed whose reads of runs are counted. */
function countingFeed(pool: TestResource) {
  let reads = 0;
  const runs = new (class extends RunReader {
    override newestSince(...order: Parameters<RunReader['newestSince']>) {
      reads += 1;
      return super.newestSince(...order);
    }
  })(client);
  const fleet = new Fleet({
    config: fleetConfig([pool]),
    client,
    runs,
    autoscaleReader: new AutoscaleReader(client),
    autoscalerCheck: new AutoscalerCheck(),
    links: new Links(undefined, 'default'),
  });
  const log = pino({ level: 'silent' });
  const outage = new Outage({ log, fields: {}, words: { fails: 'fails', worksAgain: 'works' } });
  return { feed: new Feed(fleet, { log, outage, stopping: new AbortController().signal }), reads: () => reads };
}

describe('GET /v1/events', () => {
  it('begins with a reset, and sends the whole row of a resource when it changes, and of no other', async () => {
    const slow = { cooldownMs: { up: 600_000, down: 0 } };
    const [moving, still] = [await bench.resource({ settings: slow }), await bench.resource()];
    const api = await openApi(client, [moving, still]);
    const stream = await openStream(api);
    expect(stream.headers.get('content-type')).toContain('text/event-stream');
    expect(stream.headers.get('cache-control')).toContain('no-transform');
    await stream.until('a reset', ({ event }) => event === 'reset');
    await api.scale(moving.resource, { targetCapacity: 3, reason: 'a launch' });
    const event = await stream.until(
      'it has arrived',
      isRow(moving.resource, ({ capacity }) => capacity === 3),
    );
    expect(rowIn(event)).toMatchObject({ target: 3, why: 'a launch', attention: [], run: { outcome: 'running' } });
    expect(stream.events.some(isRow(still.resource))).toBe(false);
    const numbers = stream.events.map(({ id }) => Number(id.split('.')[1]));
    expect(numbers).toEqual(numbers.toSorted((one, other) => one - other));
  });

  it('continues after the last event that a reader has, with each change that was missed once', async () => {
    const pool = await bench.resource({ settings: { cooldownMs: { up: 0, down: 0 } } });
    const api = await openApi(client, [pool]);
    const first = await openStream(api);
    await api.scale(pool.resource, { targetCapacity: 3 });
    const { id } = await first.until(
      '3',
      isRow(pool.resource, ({ capacity }) => capacity === 3),
    );
    first.close();
    await api.scale(pool.resource, { targetCapacity: 5 });
    await pool.handle.result();
    const second = await openStream(api, '', { 'Last-Event-ID': id });
    const event = await second.until(
      '5',
      isRow(pool.resource, ({ capacity }) => capacity === 5),
    );
    expect(second.events.map((each) => each.event)).not.toContain('reset');
    expect(Number(event.id.split('.')[1])).toBeGreaterThan(Number(id.split('.')[1]));
  });

  it.each([
    ['of another process', 'AAAAAAAA.7'],
    ['that is none', 'x'],
  ])('begins with a reset after an ID %s', async (_, id) => {
    const api = await openApi(client, [await bench.resource()]);
    const stream = await openStream(api, '', { 'Last-Event-ID': id });
    await stream.until('a reset', ({ event }) => event === 'reset');
  });

  it('sends only the resources that it is asked for, and refuses unknown ones', async () => {
    const [wanted, other] = [await bench.resource(), await bench.resource()];
    const api = await openApi(client, [wanted, other]);
    const [all, one] = [await openStream(api), await openStream(api, `?resource=${wanted.resource}`)];
    await api.scale(other.resource, { targetCapacity: 3 });
    await all.until('the other one', isRow(other.resource));
    await api.scale(wanted.resource, { targetCapacity: 3 });
    await one.until('the wanted one', isRow(wanted.resource));
    expect(one.events.some(isRow(other.resource))).toBe(false);
    expect(await api.call('GET', '/v1/events?resource=nothing')).toMatchObject({
      status: 404,
      body: { detail: `Resource "nothing" does not exist. Resources: ${wanted.resource}, ${other.resource}.` },
    });
    expect(await api.call('GET', '/v1/events?all=1')).toMatchObject({ status: 400 });
  });

  it('reads Temporal once for all readers, and not at all when nobody listens', async () => {
    const pool = await bench.resource();
    const [first, second] = [countingFeed(pool), countingFeed(pool)];
    await first.feed.update();
    await second.feed.update();
    let rounds = 0;
    const readers = [first.feed.listen(() => (rounds += 1)), ...[1, 2].map(() => first.feed.listen(() => undefined))];
    const [readsBefore, roundsBefore] = [first.reads(), rounds];
    await eventually('three rounds', () => rounds >= roundsBefore + 3);
    // One read for each round, and not one for each reader.
    expect(first.reads() - readsBefore).toBeLessThanOrEqual(rounds - roundsBefore + 1);

    readers.forEach((leave) => leave());
    // A round that has begun ends before the other feed has made two.
    const roundsOf = async (feed: Feed, most: number) => {
      let made = 0;
      const leave = feed.listen(() => (made += 1));
      await eventually(`${most} rounds`, () => made >= most);
      leave();
    };
    await roundsOf(second.feed, 2);
    const readsAfter = first.reads();
    await roundsOf(second.feed, 2);
    expect(first.reads()).toBe(readsAfter);
  });

  it('sends a comment when nothing changes, so that no proxy closes the connection', async () => {
    const api = await openApi(client, [await bench.resource()]);
    const stream = await openStream(api);
    await eventually('a comment', () => stream.comments() > 0);
    expect(stream.events.map(({ event }) => event)).toEqual(['reset']);
  });

  it('ends when the process stops', async () => {
    const api = await openApi(client, [await bench.resource()]);
    const stream = await openStream(api);
    api.stop();
    await eventually('it has ended', stream.hasEnded);
  });

  it('requires the token', async () => {
    const api = await openApi(client, [], { token: 'secret' });
    expect((await api.call('GET', '/v1/events')).status).toBe(401);
    await openStream(api, '', { Authorization: 'Bearer secret' });
  });
});
