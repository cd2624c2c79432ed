/** Someone who has read no documents: npm start without a configuration, and what the pages offer. */
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import type { ApiClient } from '../api-client.js';
import { apiOf, Sandbox } from '../sandbox.js';
import { axeFindings, Browser } from './browser.js';

let sandbox: Sandbox;
let api: ApiClient;
let browser: Browser;

beforeAll(async () => {
  sandbox = await Sandbox.create();
  api = await apiOf(sandbox.escapement(['up']));
  browser = await Browser.launch([new URL(api.url).host]);
});
afterAll(async () => {
  await browser.close();
  await sandbox.close();
});

it('the first page says that this is a demo and what to try, and each of it works', async () => {
  const page = await browser.open(`${api.url}/`);
  const demo = page.getByRole('region', { name: 'This is a demo' });
  await demo.getByText('nothing real is scaled').waitFor();
  expect(await axeFindings(page)).toEqual([]);

  await demo.getByRole('link', { name: 'worker', exact: true }).click();
  await page.getByRole('button', { name: 'Scale…' }).click();
  await page.getByLabel('Target capacity').fill('3');
  await page.getByRole('button', { name: 'Scale to 3' }).click();
  await page.getByRole('heading', { name: 'Started a run to 3' }).waitFor();
  await page.getByRole('button', { name: 'Done' }).click();
  await page
    .getByRole('img', { name: /^capacity 3/ })
    .first()
    .waitFor();

  await page.getByRole('link', { name: 'Resources' }).click();
  await demo.getByRole('link', { name: 'shop', exact: true }).click();
  await page.getByRole('heading', { name: /^Why \d/ }).waitFor();
  await page
    .getByText(/visitors.* a unit needs \d|is not below/)
    .first()
    .waitFor();
  await page.getByRole('button', { name: 'Override…' }).click();
  await page.getByLabel('Capacity to keep').fill('2');
  await page.getByRole('button', { name: 'Keep at 2' }).click();
  await page.getByRole('heading', { name: /^Kept at 2/ }).waitFor();
  await page.getByRole('button', { name: 'Done' }).click();
  // The way there takes several steps, each with its cooldown.
  await page.locator('.doing', { hasText: 'kept at 2' }).waitFor();

  await page.getByRole('link', { name: 'Try another policy' }).click();
  const editor = page.getByLabel('Policy as YAML');
  await editor.waitFor();
  await editor.fill(
    (await editor.inputValue()).replace('target: 40', 'target: 100').replace('scaleInBelow: 30', 'scaleInBelow: 80'),
  );
  await page.getByRole('heading', { name: 'What the edited policy would have decided' }).waitFor();
  expect(browser.errors).toEqual([]);
  expect(browser.foreignRequests).toEqual([]);
});
