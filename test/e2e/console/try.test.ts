/** The page that tries a policy, in a real browser on a real Escapement: from the resource to the text in the file. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import type { Locator, Page } from 'playwright-core';
import { validateFile } from '../../../src/config/validate.js';
import { freePorts } from '../../../scripts/services/free-ports.js';
import { eventually } from '../../support/eventually.js';
import { axeFindings, Browser } from './browser.js';
import { World } from './world.js';

/** Chromium's own words for a response that the console expects and shows, and for a server that is down. */
const failedRequest = /^Failed to load resource/;
/** No worker has this file. */
const unattended = `version: 1
resources:
  unattended:
    platform: { type: omnistrate, url: "http://127.0.0.1:9" }
    min: 1
    max: 9
    autoscale:
      signals:
        depth: { type: redis, url: "redis://127.0.0.1:9", key: jobs, password: hunter2 }
      policies:
        - { type: perUnit, value: depth, target: 25 }
`;
const phone = { width: 390, height: 844 };

let world: World;
let browser: Browser;
const hosts: string[] = [];

beforeAll(async () => {
  world = await World.start();
  hosts.push(new URL(world.api.url).host);
  browser = await Browser.launch(hosts);
  await browser.context.grantPermissions(['clipboard-read', 'clipboard-write'], { origin: world.api.url });
});
afterAll(async () => {
  await browser.close();
  await world.close();
});
afterEach(() => browser.forget());

const open = (path: string): Promise<Page> => browser.open(world.api.url + path);
const editorOf = (page: Page): Locator => page.getByLabel('Policy as YAML');

/** Open, with the numbers of the policy in force. */
async function opened(): Promise<Page> {
  const page = await open('/r/orders/try');
  await figure(page, 'Unit-hours').waitFor();
  return page;
}

function figure(page: Page, name: string): Locator {
  return page.getByRole('row').filter({ has: page.getByRole('rowheader', { name, exact: true }) });
}

function expectNoErrors(except?: RegExp): void {
  expect(browser.errors.filter((text) => !except?.test(text))).toEqual([]);
  expect(browser.foreignRequests).toEqual([]);
}

async function edit(page: Page, from: string, to: string): Promise<void> {
  const text = await editorOf(page).inputValue();
  expect(text).toContain(from);
  await editorOf(page).fill(text.replace(from, to));
}

/** Puts the cursor at the end of the text. */
async function toEnd(page: Page): Promise<void> {
  await editorOf(page).focus();
  await page.keyboard.press('Control+End');
}

describe('trying a policy', () => {
  it('begins with what the file says, reached from the resource', async () => {
    const page = await open('/r/orders');
    await page.getByRole('link', { name: 'Try another policy' }).click();
    await page.getByRole('heading', { name: 'Try a policy for orders', level: 1 }).waitFor();
    expect(new URL(page.url()).pathname).toBe('/r/orders/try');
    expect(await page.title()).toBe('Try a policy - orders - Escapement');
    await figure(page, 'Unit-hours').waitFor();
    expect(await editorOf(page).inputValue()).toBe(
      `interval: 1s
signals:
  depth: { type: http-json, url: "${world.queue.url}", path: depth }
policies:
  - { type: perUnit, value: depth, target: 25 }
`,
    );
    await page.getByText(/^Paste it over resources\.orders\.autoscale, line 19 of .*escapement\.yaml/).waitFor();
    await page.getByText('Nothing is applied from here, and nothing is sent.').waitFor();
    expect(await axeFindings(page)).toEqual([]);
    await page.getByRole('link', { name: 'orders', exact: true }).click();
    await page.getByRole('heading', { name: 'orders', level: 1 }).waitFor();
    expectNoErrors();
  });

  it('shows other figures and decisions for another number, and the better ones', async () => {
    const page = await opened();
    const least = figure(page, 'Least capacity');
    await edit(page, 'target: 25', 'target: 50');
    await least.getByRole('cell').nth(1).filter({ hasText: /^2$/ }).waitFor();
    await figure(page, 'Unit-hours').getByRole('cell').nth(1).filter({ hasText: 'better' }).waitFor();
    await page.getByRole('heading', { name: 'What the edited policy would have decided' }).waitFor();
    await page.locator('.event', { hasText: 'depth: 100' }).first().waitFor();
    // The cursor reads both policies at one moment.
    const plots = page.getByRole('application');
    await plots.focus();
    await page.keyboard.press('ArrowLeft');
    await page.keyboard.press('ArrowLeft');
    await page
      .locator('.readout-group', { hasText: 'edited' })
      .locator('.line-target', { hasText: 'target 2' })
      .waitFor();
    expect(await axeFindings(page)).toEqual([]);
    expectNoErrors();
  });

  it('marks each problem at its line, keeps the last numbers, and leads to the place', async () => {
    const page = await opened();
    await edit(page, 'target: 25', 'target: many');
    await page.locator('.try-problems', { hasText: 'target must be a number' }).waitFor();
    await page.locator('.code-numbers .invalid', { hasText: '5' }).waitFor();
    await page.locator('.code-message', { hasText: 'must be a number' }).waitFor();
    expect(await editorOf(page).getAttribute('aria-invalid')).toBe('true');
    await page.getByText('These are the numbers of the last valid text.').waitFor();
    expect(await axeFindings(page)).toEqual([]);
    await page.getByRole('button', { name: 'Line 5' }).click();
    await page.keyboard.type('1');
    expect(await editorOf(page).inputValue()).toContain('target: 1many');
    await edit(page, 'target: 1many', 'target: 25');
    await page.locator('.code-message').waitFor({ state: 'detached' });
    expect(await page.locator('.stale').count()).toBe(0);
    expectNoErrors(failedRequest);
  });

  it('completes keys and values with the keyboard alone', async () => {
    const page = await opened();
    await toEnd(page);
    await page.keyboard.type('fall');
    const list = page.getByRole('listbox');
    await list.getByRole('option', { name: /^fallback/, selected: true }).waitFor();
    expect(await editorOf(page).getAttribute('aria-activedescendant')).toBe('suggestion-0');
    expect(await axeFindings(page)).toEqual([]);
    await page.keyboard.press('Enter');
    await page.keyboard.type('a');
    await list.getByRole('option', { name: /^after/, selected: true }).waitFor();
    await page.keyboard.press('Enter');
    await page.keyboard.type('5');
    await page.keyboard.press('Enter');
    await page.keyboard.press('Control+Space');
    await list.getByRole('option', { name: /^capacity/ }).waitFor();
    expect(await list.getByRole('option', { name: /^after/ }).count()).toBe(0);
    await page.keyboard.press('Enter');
    await list.getByRole('option', { name: /^hold/, selected: true }).waitFor();
    await page.keyboard.press('Escape');
    await list.waitFor({ state: 'detached' });
    await page.keyboard.type('hold');
    expect(await editorOf(page).inputValue()).toMatch(/\nfallback:\n {2}after: 5\n {2}capacity: hold$/);
    await page.locator('.code-message').waitFor({ state: 'detached' });
    expectNoErrors(failedRequest);
  });

  it('Tab indents and can be undone, and Escape and then Tab leaves the editor', async () => {
    const page = await opened();
    const before = await editorOf(page).inputValue();
    await toEnd(page);
    await page.keyboard.press('Tab');
    expect(await editorOf(page).inputValue()).toBe(`${before}  `);
    await page.keyboard.press('Control+z');
    expect(await editorOf(page).inputValue()).toBe(before);
    await page.keyboard.press('Escape');
    await page.getByRole('status').getByText('Tab now leaves the editor').waitFor({ state: 'attached' });
    await page.keyboard.press('Tab');
    expect(await page.evaluate('document.activeElement?.tagName')).not.toBe('TEXTAREA');
    expect(await editorOf(page).inputValue()).toBe(before);
    expectNoErrors();
  });

  it('keeps the text over a reload, until the policy in force is taken back', async () => {
    const page = await opened();
    const before = await editorOf(page).inputValue();
    await edit(page, 'target: 25', 'target: 10');
    await page.reload();
    await figure(page, 'Unit-hours').waitFor();
    expect(await editorOf(page).inputValue()).toContain('target: 10');
    await page.getByRole('button', { name: 'Policy in force' }).click();
    expect(await editorOf(page).inputValue()).toBe(before);
    await page.reload();
    await figure(page, 'Unit-hours').waitFor();
    expect(await editorOf(page).inputValue()).toBe(before);
    expectNoErrors();
  });

  it('copies text that is valid where the page says to paste it', async () => {
    const page = await opened();
    await edit(page, 'target: 25', 'target: 50');
    await page.getByRole('button', { name: 'Copy YAML' }).click();
    await page.getByText('Copied.').waitFor();
    const copied = await page.evaluate<string>('navigator.clipboard.readText()');
    const lines = readFileSync(world.sandbox.env['ESCAPEMENT_CONFIG']!, 'utf8').split('\n');
    const [, line = ''] = /line (\d+) of/.exec((await page.locator('.try-copy').textContent()) ?? '') ?? [];
    const pasted = [...lines.slice(0, Number(line) - 1), copied].join('\n');
    const file = join(world.sandbox.folder, 'pasted.yaml');
    writeFileSync(file, pasted);
    const { problems, warnings, resources } = await validateFile(file, {});
    expect({ problems, warnings }).toEqual({ problems: [], warnings: [] });
    expect(resources.find((each) => each.startsWith('orders'))).toContain('perUnit depth');
    expect(pasted).toContain('target: 50');
    expectNoErrors();
  });

  it('selects the text where the browser does not let a page copy', async () => {
    const page = await browser.context.newPage();
    await page.addInitScript('Object.defineProperty(navigator, "clipboard", { value: undefined })');
    await page.goto(`${world.api.url}/r/orders/try`);
    await page.getByRole('button', { name: 'Copy YAML' }).click();
    const field = page.getByLabel(/^The browser does not let this page copy/);
    await field.waitFor();
    expect(await page.evaluate('getSelection()?.toString()')).toBe(await field.inputValue());
    expect(await field.inputValue()).toMatch(/^ {4}autoscale:\n {6}interval: 1s\n/);
    expect(await axeFindings(page)).toEqual([]);
    expectNoErrors();
  });

  it('fits a phone', async () => {
    const page = await opened();
    await page.setViewportSize(phone);
    expect(await axeFindings(page)).toEqual([]);
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(phone.width);
    await page.getByRole('button', { name: 'Copy YAML' }).waitFor();
    expectNoErrors();
  });
});

describe('where there is nothing to try', () => {
  it('a resource without a policy says so', async () => {
    const page = await open('/r/worker/try');
    await page.getByRole('heading', { name: 'worker is not autoscaled' }).waitFor();
    expect(await axeFindings(page)).toEqual([]);
    await page.getByRole('link', { name: 'Back to worker' }).click();
    await page.getByRole('heading', { name: 'worker', level: 1 }).waitFor();
    expect(await page.getByRole('link', { name: 'Try another policy' }).count()).toBe(0);
    expectNoErrors();
  });

  it('text is checked before anything is recorded, and a secret in the file is not shown', async () => {
    const [port = 0] = await freePorts(1);
    const file = join(world.sandbox.folder, 'unattended.yaml');
    writeFileSync(file, unattended);
    const api = world.sandbox.escapement(['api'], {
      ...{ PORT: String(port), ESCAPEMENT_CONFIG: file },
      TEMPORAL_ADDRESS: `127.0.0.1:${world.sandbox.temporalPort}`,
    });
    await api.printed(new RegExp(`127.0.0.1:${port}`));
    hosts.push(`127.0.0.1:${port}`);
    const page = await browser.open(`http://127.0.0.1:${port}/r/unattended/try`);
    await page.getByText('Nothing is recorded yet.').waitFor();
    expect(await editorOf(page).inputValue()).toContain('password: "${DEPTH_PASSWORD}"');
    await page.getByText('Not shown, because the file has the value itself: signals.depth.password').waitFor();
    expect(await page.content()).not.toContain('hunter2');
    expect(await axeFindings(page)).toEqual([]);
    await edit(page, 'target: 25', 'target: many');
    await page.locator('.try-problems', { hasText: 'target must be a number' }).waitFor();
    await api.kill();
    expectNoErrors(/^Failed to load resource|ERR_CONNECTION|ERR_INCOMPLETE/);
  });

  it('a resource that does not exist is an error in the words of the API', async () => {
    const page = await open('/r/nobody/try');
    await page.getByRole('alert').getByText('"nobody" does not exist').waitFor();
    expectNoErrors(failedRequest);
  });

  it('an API that is killed leaves the numbers grey and the text editable, and its return computes them', async () => {
    const page = await opened();
    await world.program.kill();
    await page.getByText(/^not live since \d/).waitFor();
    await page.locator('.try-results.stale').waitFor();
    await edit(page, 'target: 25', 'target: 50');
    await world.startAgain();
    await page
      .getByRole('button', { name: 'Retry now' })
      .click({ timeout: 5000 })
      .catch(() => undefined);
    await figure(page, 'Least capacity').getByRole('cell').nth(1).filter({ hasText: /^2$/ }).waitFor();
    await eventually('the page is live', async () => (await page.locator('.stale').count()) === 0);
    expectNoErrors(/^Failed to load resource|ERR_CONNECTION|ERR_INCOMPLETE/);
  });
});
