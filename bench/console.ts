/**
 * The fleet page of the console in Chromium: how soon it shows something, and how long its frames take while rows change and while a
 * reader scrolls. A page with 10 resources and one with 1,000 alternate. A small server answers in the place of the API, so that only
 * the page is measured.
 */
import type { AddressInfo } from 'node:net';
import { setTimeout } from 'node:timers/promises';
import express, { type Response } from 'express';
import type { Page } from 'playwright-core';
import { consoleRoutes } from '../src/api/console-routes.js';
import { Browser } from '../test/e2e/console/browser.js';
import { fleetRow } from './fleet-row.js';
import type { Log } from './report.js';
import { median, percentile } from './statistics.js';

export interface ConsoleFigures {
  readonly resources: number;
  /** From the navigation to the first pixels, and to the first row. */
  readonly firstPaintMs: number;
  readonly firstRowMs: number;
  readonly changing: FrameFigures;
  readonly scrolling: FrameFigures;
}

/** The time between two frames. Without any work it is 16.7 ms. */
interface FrameFigures {
  readonly p50Ms: number;
  readonly p95Ms: number;
  readonly maxMs: number;
}

const sizes = [10, 1000] as const;
const measuredMs = 8000;
/** All rows change twice a second. */
const changeEveryMs = 500;
const scrollByPx = 240;

export async function measureConsole(rounds: number, log: Log): Promise<ConsoleFigures[]> {
  const taken = new Map<number, ConsoleFigures[]>(sizes.map((size) => [size, []]));
  for (let round = 1; round <= rounds; round += 1) {
    for (const size of sizes) {
      const figures = await measureOnce(size);
      taken.get(size)?.push(figures);
      const { firstPaintMs, changing, scrolling } = figures;
      log(
        `round ${round}, ${size} resources: first paint ${firstPaintMs.toFixed(0)} ms, frames p95 ${changing.p95Ms.toFixed(0)} ms while all change, ${scrolling.p95Ms.toFixed(0)} ms while scrolling`,
      );
    }
  }
  return [...taken.values()].map(medians);
}

async function measureOnce(resources: number): Promise<ConsoleFigures> {
  const fleet = await startFleet(resources);
  const browser = await Browser.launch([fleet.host]);
  try {
    const page = await browser.open(`http://${fleet.host}/`);
    await page.setViewportSize({ width: 1280, height: 800 });
    await page.locator('[data-index="0"]').waitFor();
    const firstRowMs = await numberIn(page, 'performance.now()');
    const firstPaintMs = await numberIn(
      page,
      `performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? NaN`,
    );
    const changing = await framesWhile(page, () => fleet.changeAll(changeEveryMs, measuredMs));
    const scrolling = await framesWhile(page, () => scroll(page));
    return { resources, firstPaintMs, firstRowMs, changing, scrolling };
  } finally {
    await browser.close();
    await fleet.close();
  }
}

/** As a wheel does, over the whole list and back. */
async function scroll(page: Page): Promise<void> {
  await page.mouse.move(640, 500);
  const endMs = Date.now() + measuredMs;
  for (let turns = 0; Date.now() < endMs; turns += 1) {
    await page.mouse.wheel(0, turns % 200 < 100 ? scrollByPx : -scrollByPx);
    await setTimeout(16);
  }
}

/** As text: this file is compiled without the types of a browser. */
async function framesWhile(page: Page, act: () => Promise<void>): Promise<FrameFigures> {
  await page.evaluate(`{
    window.frames_ = [];
    let before = performance.now();
    const next = (now) => { window.frames_.push(now - before); before = now; window.frame_ = requestAnimationFrame(next); };
    window.frame_ = requestAnimationFrame((now) => { before = now; window.frame_ = requestAnimationFrame(next); });
  }`);
  await act();
  const frames = await page.evaluate<number[]>('cancelAnimationFrame(window.frame_), window.frames_');
  return { p50Ms: percentile(frames, 0.5), p95Ms: percentile(frames, 0.95), maxMs: Math.max(...frames) };
}

async function numberIn(page: Page, expression: string): Promise<number> {
  return Number(await page.evaluate(expression));
}

/** The routes that the fleet page reads. Every row is sent again at each change. */
async function startFleet(count: number) {
  const readers = new Set<Response>();
  const row = (index: number, turn: number) => fleetRow(index, turn);
  const app = express();
  consoleRoutes(app, 'dist/console');
  app.get('/v1/resources', (request, response) => {
    const from = Number(request.query['from'] ?? 0);
    const limit = Number(request.query['limit']);
    const to = Math.min(count, from + limit);
    const resources = Array.from({ length: to - from }, (_, index) => row(from + index, 0));
    const next = to < count ? `/v1/resources?limit=${limit}&from=${to}` : null;
    response.json({ resources, total: count, needsAttention: 0, isDemo: false, next });
  });
  let id = 0;
  const send = (reader: Response, event: string, data: object) =>
    reader.write(`id: ${(id += 1)}\nevent: ${event}\ndata: ${JSON.stringify(data)}\n\n`);
  app.get('/v1/events', (_request, response) => {
    response.type('text/event-stream').flushHeaders();
    send(response, 'status', { isLive: true, detail: null });
    send(response, 'reset', {});
    readers.add(response);
    response.on('close', () => readers.delete(response));
  });
  const server = app.listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    host: `127.0.0.1:${port}`,
    async changeAll(everyMs: number, forMs: number): Promise<void> {
      for (let turn = 1; turn <= forMs / everyMs; turn += 1) {
        for (const reader of readers) {
          for (let index = 0; index < count; index += 1) send(reader, 'resource', row(index, turn));
        }
        await setTimeout(everyMs);
      }
    },
    async close(): Promise<void> {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function medians(rounds: readonly ConsoleFigures[]): ConsoleFigures {
  const of = (value: (figures: ConsoleFigures) => number) => median(rounds.map(value));
  const frames = (which: 'changing' | 'scrolling'): FrameFigures => ({
    p50Ms: of((figures) => figures[which].p50Ms),
    p95Ms: of((figures) => figures[which].p95Ms),
    maxMs: of((figures) => figures[which].maxMs),
  });
  return {
    resources: rounds[0]?.resources ?? 0,
    firstPaintMs: of(({ firstPaintMs }) => firstPaintMs),
    firstRowMs: of(({ firstRowMs }) => firstRowMs),
    changing: frames('changing'),
    scrolling: frames('scrolling'),
  };
}
