/** The console in a real browser, on a real Escapement: what it shows, what it does, and what it says when that is not possible. */
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import type { Page } from 'playwright-core';
import { freePorts } from '../../../scripts/services/free-ports.js';
import { eventually } from '../../support/eventually.js';
import { axeFindings, Browser } from './browser.js';
import { startPrefixProxy } from './prefix-proxy.js';
import { World } from './world.js';

const token = 'correct-horse-battery-staple';
/** Chromium's own words for a response that the console expects and shows, and for a server that is down. */
const failedRequest = /^Failed to load resource/;

let world: World;
let browser: Browser;
let tokenPort: number;
const hosts: string[] = [];

beforeAll(async () => {
  world = await World.start();
  [tokenPort = 0] = await freePorts(1);
  hosts.push(new URL(world.api.url).host, `127.0.0.1:${tokenPort}`);
  browser = await Browser.launch(hosts);
});
afterAll(async () => {
  await browser.close();
  await world.close();
});
afterEach(() => browser.forget());

const open = (path: string): Promise<Page> => browser.open(world.api.url + path);

function expectNoErrors(except?: RegExp): void {
  expect(browser.errors.filter((text) => !except?.test(text))).toEqual([]);
  expect(browser.foreignRequests).toEqual([]);
}

describe('the fleet', () => {
  it('shows every resource with its capacity, and is live', async () => {
    const page = await open('/');
    await page.getByRole('link', { name: 'worker', exact: true }).waitFor();
    await page.getByRole('link', { name: 'orders', exact: true }).waitFor();
    await page.getByRole('status').getByText('live', { exact: true }).waitFor();
    await page
      .getByRole('img', { name: /^capacity 4, minimum 1, maximum 8$/ })
      .first()
      .waitFor();
    expect(await axeFindings(page)).toEqual([]);
    expectNoErrors();
  });

  it('the filter and the order are in the address, and a filter that finds nothing says so', async () => {
    const page = await open('/');
    await page.getByRole('searchbox').fill('ord');
    await page.getByText('1 resource found').waitFor();
    expect(await page.getByRole('link', { name: 'worker', exact: true }).count()).toBe(0);
    await page.getByRole('button', { name: 'Capacity' }).click();
    await eventually('the address has both', () => new URL(page.url()).search === '?q=ord&sort=capacity');
    const other = await browser.open(page.url());
    await other.getByText('1 resource found').waitFor();
    await other.getByRole('searchbox').fill('nothing-like-this');
    await other.getByRole('heading', { name: 'No resource matches' }).waitFor();
    expect(await axeFindings(other)).toEqual([]);
    await other.getByRole('button', { name: 'Show all resources' }).click();
    await other.getByRole('link', { name: 'worker', exact: true }).waitFor();
    expectNoErrors();
  });

  it('can be used with the keyboard alone, from the filter to a confirmed request', async () => {
    const page = await open('/');
    await page.getByRole('link', { name: 'orders', exact: true }).waitFor();
    await page.keyboard.press('/');
    await page.keyboard.type('w');
    await page.getByText('1 resource found').waitFor();
    await focusWithTab(page, 'worker');
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'worker', level: 1 }).waitFor();
    await focusWithTab(page, 'Scale…');
    await page.keyboard.press('Enter');
    await page.getByLabel('Target capacity').waitFor();
    // The field has the focus.
    await page.keyboard.type('2');
    await focusWithTab(page, 'Scale to 2');
    await page.keyboard.press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    expectNoErrors();
  });
});

describe('acting on a resource', () => {
  it('says before a request what will happen and after it what did, follows it, and cancels it', async () => {
    const page = await open('/r/worker');
    await page.getByRole('button', { name: 'Scale…' }).click();
    await page.getByLabel('Target capacity').fill('7');
    await page.locator('.sentence', { hasText: /to 7/ }).waitFor();
    expect(await axeFindings(page)).toEqual([]);
    await page.getByLabel('Reason (optional)').fill('a busy evening');
    await page.getByRole('button', { name: 'Scale to 7' }).click();
    await page.getByRole('heading', { name: 'Started a run to 7' }).waitFor();
    await page.getByRole('button', { name: 'Done' }).click();
    // Without a reload: the changes of the resource arrive by themselves.
    await page
      .getByRole('img', { name: /target 7/ })
      .first()
      .waitFor();
    await page.getByRole('cell', { name: 'a busy evening' }).waitFor();
    const link = await page
      .getByRole('link', { name: /^Temporal/ })
      .first()
      .getAttribute('href');
    expect(link).toContain('/namespaces/default/workflows/scale%3Aworker/');

    await page.getByRole('button', { name: 'Change target…' }).click();
    await page.getByLabel('Target capacity').fill('3');
    await page.getByRole('button', { name: 'Change the target to 3' }).click();
    await page.getByRole('heading', { name: 'The run now goes to 3' }).waitFor();
    await page.getByRole('button', { name: 'Undo: back to 7' }).click();
    await page.getByRole('heading', { name: 'The run now goes to 7' }).waitFor();
    await page.getByRole('button', { name: 'Done' }).click();

    await page.getByRole('button', { name: 'Cancel run…' }).click();
    await page.getByRole('button', { name: 'Cancel the run', exact: true }).click();
    await page.getByRole('heading', { name: 'The run is being cancelled' }).waitFor();
    await page.getByRole('button', { name: 'Done' }).click();
    await page.getByText('cancelled').first().waitFor();
    expect((await world.api.until('worker', 'is cancelled', ({ phase }) => phase === 'cancelled')).targetCapacity).toBe(
      7,
    );
    expectNoErrors();
  });

  it('shows why a capacity is refused, in the words of the API', async () => {
    const page = await open('/r/worker');
    await page.getByRole('button', { name: 'Scale…' }).click();
    await page.getByLabel('Target capacity').fill('12');
    await page.getByText('12 is above the maximum of 9').first().waitFor();
    expect(await page.getByRole('button', { name: 'Scale to 12' }).isDisabled()).toBe(true);
    expectNoErrors(failedRequest);
  });

  it('pauses, resumes, overrides and evaluates an autoscaled resource', async () => {
    const page = await open('/r/orders');
    await page.getByRole('button', { name: 'Pause…' }).click();
    await page.getByLabel('15 min').check();
    expect(await axeFindings(page)).toEqual([]);
    await page.getByRole('button', { name: /^Pause until/ }).click();
    await page.getByRole('heading', { name: /^Paused until/ }).waitFor();
    await page.getByRole('button', { name: 'Undo: resume' }).click();
    await page.getByRole('heading', { name: 'The policies scale again' }).waitFor();
    await page.getByRole('button', { name: 'Done' }).click();

    await page.getByRole('button', { name: 'Override…' }).click();
    await page.getByLabel('Capacity to keep').fill('6');
    await page.getByRole('button', { name: 'Keep at 6' }).click();
    await page.getByRole('heading', { name: /^Kept at 6/ }).waitFor();
    await page.getByRole('button', { name: 'Done' }).click();
    await page
      .getByRole('img', { name: /^capacity 6/ })
      .first()
      .waitFor();
    await page.locator('.doing', { hasText: 'kept at 6' }).waitFor();
    await page.getByRole('button', { name: 'Overridden…' }).click();
    await page.getByRole('button', { name: 'Remove the override' }).click();
    await page.getByRole('heading', { name: 'The policies decide again' }).waitFor();
    await page.getByRole('button', { name: 'Done' }).click();

    await page.getByRole('button', { name: 'Evaluate now' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Evaluate now' }).click();
    await page.getByRole('heading', { name: 'The policies are evaluated now' }).waitFor();
    expectNoErrors();
  });
});

describe('a resource', () => {
  it('shows why it has its capacity: samples, policies and target', async () => {
    const page = await open('/r/orders');
    await page.getByRole('heading', { name: 'Why 4' }).waitFor();
    await page.locator('.chain').first().getByText('depth').first().waitFor();
    await page.getByText('perUnit').first().waitFor();
    expect(await axeFindings(page)).toEqual([]);
    expectNoErrors();
  });

  it('that does not exist is an error in the words of the API', async () => {
    const page = await open('/r/nobody');
    await page.getByRole('alert').getByText('"nobody" does not exist').waitFor();
    expectNoErrors(failedRequest);
  });
});

describe('the chart of a resource', () => {
  const faded = (page: Page) => page.locator('.plot .faded').count();
  const timeIn = (page: Page) => page.locator('.readout-time').innerText();

  it('shows everything at the cursor, which the keyboard and the pointer move', async () => {
    const page = await open('/r/orders?range=15m');
    const plots = page.locator('.plots');
    await page.locator('.uplot').nth(1).waitFor();
    expect(await timeIn(page)).toBe('now');
    await plots.focus();
    await page.keyboard.press('ArrowLeft');
    await eventually('the cursor is at a time', async () => /^\d\d:\d\d:\d\d$/.test(await timeIn(page)));
    for (const line of ['capacity', 'target', 'min', 'max', 'depth']) {
      await page.locator('.readout-value', { hasText: line }).locator('strong').waitFor();
    }
    const box = (await page.locator('.uplot .u-over').first().boundingBox())!;
    await page.mouse.move(box.x + box.width * 0.7, box.y + 40);
    const atPointer = await timeIn(page);
    await page.mouse.move(box.x + box.width * 0.99, box.y + 40);
    await eventually('the time follows the pointer', async () => (await timeIn(page)) !== atPointer);
    expectNoErrors();
  });

  it('is zoomed by dragging and by keyboard, and shown whole again', async () => {
    const page = await open('/r/orders?range=15m');
    await page.locator('.uplot').nth(1).waitFor();
    const box = (await page.locator('.uplot .u-over').first().boundingBox())!;
    await page.mouse.move(box.x + box.width * 0.5, box.y + 60);
    await page.mouse.down();
    await page.mouse.move(box.x + box.width * 0.9, box.y + 60, { steps: 4 });
    await page.mouse.up();
    await page.getByRole('button', { name: 'Show all' }).click();
    await page.getByRole('button', { name: 'Show all' }).waitFor({ state: 'detached' });
    await page.locator('.plots').focus();
    await page.keyboard.press('+');
    await page.getByRole('button', { name: 'Show all' }).waitFor();
    await page.keyboard.press('0');
    await page.getByRole('button', { name: 'Show all' }).waitFor({ state: 'detached' });
    expectNoErrors();
  });

  it('fades all lines but the one that a name of the explanation marks', async () => {
    const page = await open('/r/orders?range=15m');
    await page.locator('.uplot').nth(1).waitFor();
    const why = page.locator('.chain').first();
    expect(await faded(page)).toBe(0);
    // The plot of the capacity fades, and that of the signal does not.
    await why.getByRole('button', { name: 'depth' }).hover();
    await page.locator('.plot .marked').waitFor({ state: 'attached' });
    expect(await faded(page)).toBe(1);
    await why.getByRole('button', { name: 'Target' }).focus();
    await page.locator('.plot .marked').waitFor({ state: 'detached' });
    expect(await faded(page)).toBe(1);
    await page.locator('.plots').focus();
    await eventually('no line is marked', async () => (await faded(page)) === 0);
    expectNoErrors();
  });
});

describe('the way to the API', () => {
  it('an API that is killed is shown as not live since when, and as live once it is back', async () => {
    const page = await open('/');
    await page.getByRole('link', { name: 'worker', exact: true }).waitFor();
    await world.program.kill();
    await page.getByText(/^not live since \d/).waitFor();
    await page.getByRole('button', { name: 'Retry now' }).waitFor();
    // What was known stays.
    expect(await page.getByRole('link', { name: 'worker', exact: true }).count()).toBeGreaterThan(0);
    await page.locator('.stale').waitFor();
    expect(await axeFindings(page)).toEqual([]);
    const killedAt = Date.now() / 1000;
    await world.startAgain();
    const series = await world.api.call('/v1/resources/orders/series');
    const { capacity } = series.body as { capacity: [number, number][] };
    // The past is that of before: Temporal was killed too.
    expect(capacity[0]?.[0]).toBeLessThan(killedAt);
    await page.getByRole('status').getByText('live', { exact: true }).waitFor();
    expect(await page.locator('.stale').count()).toBe(0);
    expectNoErrors(/^Failed to load resource|ERR_CONNECTION|ERR_INCOMPLETE/);
  });

  it('asks once for a token where the API requires one, and says when it is not accepted', async () => {
    const api = world.sandbox.escapement(['api'], {
      PORT: String(tokenPort),
      TEMPORAL_ADDRESS: `127.0.0.1:${world.sandbox.temporalPort}`,
      ESCAPEMENT_API_TOKEN: token,
    });
    await api.printed(new RegExp(`127.0.0.1:${tokenPort}`));
    const page = await browser.open(`http://127.0.0.1:${tokenPort}/`);
    await page.getByRole('heading', { name: 'This API requires a token' }).waitFor();
    expect(await axeFindings(page)).toEqual([]);
    await page.getByLabel('Token').fill('not-the-token');
    await page.getByRole('button', { name: 'Continue' }).click();
    await page.getByText('The token was not accepted.').waitFor();
    await page.getByLabel('Token').fill(token);
    await page.getByRole('button', { name: 'Continue' }).click();
    await page.getByRole('link', { name: 'worker', exact: true }).waitFor();
    await page.reload();
    await page.getByRole('link', { name: 'worker', exact: true }).click();
    await page.getByRole('heading', { name: 'worker', level: 1 }).waitFor();
    expect(await page.getByLabel('Token').count()).toBe(0);
    await api.kill();
    expectNoErrors(failedRequest);
  });

  it('works behind a path prefix that a proxy removes', async () => {
    const proxy = await startPrefixProxy('/team/scaling', world.api.url);
    hosts.push(proxy.host);
    const page = await browser.open(`http://${proxy.host}/team/scaling/`);
    await page.getByRole('link', { name: 'orders', exact: true }).click();
    await page.getByRole('heading', { name: 'orders', level: 1 }).waitFor();
    expect(new URL(page.url()).pathname).toBe('/team/scaling/r/orders');
    await page.reload();
    await page.getByRole('heading', { name: /^Why/ }).waitFor();
    await page.getByRole('link', { name: 'Resources' }).click();
    await page.getByRole('status').getByText('live', { exact: true }).waitFor();
    expectNoErrors();
    await browser.forget();
    await proxy.close();
  });
});

/** Presses Tab until an element with this name has the focus. */
async function focusWithTab(page: Page, name: string): Promise<void> {
  for (let pressed = 0; pressed < 40; pressed += 1) {
    await page.keyboard.press('Tab');
    const focused: unknown = await page.evaluate('document.activeElement?.textContent?.trim()');
    if (focused === name) return;
  }
  throw new Error(`Tab did not reach ${name}`);
}
