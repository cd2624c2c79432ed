/**
 * `npm run screenshots`: pictures of the console on a simulated shop, at three widths, light and dark, in .cache/screenshots. Those of
 * the README are copied to docs/images.
 */
import { cp, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import type { Page } from 'playwright-core';
import { eventually } from '../../support/eventually.js';
import { startQueue } from '../../support/queue-server.js';
import { apiOf, Sandbox } from '../sandbox.js';
import { Browser, themes, useTheme } from './browser.js';

const folder = '.cache/screenshots';
/** So long the shop runs before the pictures are taken: the charts show its past. */
const pastMs = Number(process.env['SCREENSHOTS_PAST_S'] ?? 240) * 1000;
const widths = [
  { name: 'wide', width: 1280, height: 800 },
  { name: 'tablet', width: 820, height: 1100 },
  { name: 'phone', width: 390, height: 844 },
];
const ofReadme = [
  'fleet-wide-light',
  'fleet-wide-dark',
  'resource-wide-light',
  'resource-wide-dark',
  'act-phone-light',
  'act-phone-dark',
];

const names = ['api', 'billing', 'exports', 'ingest', 'mailer', 'orders', 'reports', 'search', 'thumbs', 'worker'];

const sandbox = await Sandbox.create();
const queue = await startQueue(120);
const broken = await startQueue(10);
try {
  const sidecar = await sandbox.sidecar(
    ...['--port', '0', '--start-time', '1s', ...names.flatMap((name) => ['--resource', `${name}=2`])],
  );
  sandbox.configure(configuration(sidecar.url));
  const api = await apiOf(sandbox.escapement(['up']));
  const override = { capacity: 3, until: new Date(Date.now() + 4 * 3_600_000).toISOString() };
  await call('/v1/resources/mailer/override', 'PUT', override);
  await call('/v1/resources/search/pause', 'PUT', { direction: 'down' });
  for (const [name, targetCapacity] of [
    ['api', 6],
    ['billing', 4],
    ['exports', 6],
    ['worker', 9],
    ['reports', 3],
  ] as const) {
    await call(`/v1/resources/${name}/scale`, 'POST', { targetCapacity, reason: 'the end of the month' });
  }
  await playTraffic();
  const browser = await Browser.launch([new URL(api.url).host]);
  await mkdir(folder, { recursive: true });
  for (const size of widths) {
    const page = await browser.open(`${api.url}/`);
    await page.setViewportSize(size);
    await page.getByRole('link', { name: 'worker' }).first().waitFor();
    await take(page, `fleet-${size.name}`);
    await page.goto(`${api.url}/r/orders?range=15m`);
    await page.locator('.uplot').first().waitFor();
    await page.getByRole('heading', { name: /^Why \d/ }).waitFor();
    await take(page, `resource-${size.name}`);
    await page.goto(`${api.url}/r/billing`);
    await page.getByRole('button', { name: /^(Scale|Change target)…/ }).click();
    await page.getByLabel('Target capacity').fill('9');
    await page.locator('.steps').waitFor();
    await take(page, `act-${size.name}`);
    await page.goto(`${api.url}/r/orders/try`);
    const policy = page.getByLabel('Policy as YAML');
    const better = page.locator('.better').first();
    await policy.fill((await policy.inputValue()).replace('target: 60', 'target: 90'));
    await better.waitFor();
    await take(page, `try-${size.name}`);
    await policy.fill(`${(await policy.inputValue()).replace('target: 90', 'target: many')}fallback:\n  `);
    await page.locator('.code-message').first().waitFor();
    await page.keyboard.press('Control+Space');
    await page.getByRole('listbox').waitFor();
    await take(page, `try-errors-${size.name}`);
    await page.getByRole('button', { name: 'Policy in force' }).click();
  }
  await browser.close();

  async function call(path: string, method: string, body: object): Promise<void> {
    const headers = { 'Content-Type': 'application/json' };
    // An autoscaler is started a moment after the API.
    await eventually(
      `${method} ${path}`,
      async () => (await api.call(path, { method, headers, body: JSON.stringify(body) })).status < 300,
    );
  }
} finally {
  await sandbox.close();
  await queue.close();
  await broken.close();
}
for (const name of ofReadme) await cp(join(folder, `${name}.png`), `docs/images/console-${name}.png`);

/** An evening: the backlog grows in waves, and one source fails towards its end. */
async function playTraffic(): Promise<void> {
  const startedAtMs = Date.now();
  for (let share = 0; share < 1; share = (Date.now() - startedAtMs) / pastMs) {
    queue.depth = Math.round(330 + 260 * Math.sin(share * 11) + 40 * Math.sin(share * 67));
    broken.isBroken = share > 0.8;
    await setTimeout(500);
  }
}

async function take(page: Page, name: string): Promise<void> {
  for (const theme of themes) {
    await useTheme(page, theme);
    await page.screenshot({ path: join(folder, `${name}-${theme}.png`) });
  }
}

function configuration(sidecarUrl: string): string {
  const platform = `platform: { type: omnistrate, url: "${sidecarUrl}" }`;
  const plain = (name: string, max: number) => `
  ${name}:
    ${platform}
    min: 1
    max: ${max}
    step: 1
    cooldown: 20s`;
  const following = (name: string, max: number, url: string, target: number) => `
  ${name}:
    ${platform}
    min: 2
    max: ${max}
    step: 2
    cooldown: { up: 4s, down: 12s }
    settle: 1s
    autoscale:
      interval: 2s
      signals:
        depth: { type: http-json, url: "${url}", path: depth }
      policies:
        - { type: perUnit, value: depth, target: ${target} }`;
  return `version: 1
resources:${plain('api', 10)}${plain('billing', 20)}${plain('exports', 8)}${following('ingest', 40, queue.url, 25)}${following('mailer', 8, broken.url, 20)}${following('orders', 12, queue.url, 60)}${plain('reports', 5)}${following('search', 10, queue.url, 80)}${following('thumbs', 6, broken.url, 10)}${plain('worker', 10)}
`;
}
