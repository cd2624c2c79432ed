/**
 * The console: `GET /`, `GET /r/{resource}`, `GET /r/{resource}/try` and their assets. The pages contain no data and therefore require no token;
 * they read everything through `/v1`, as every other client does.
 */
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { RequestHandler, Router } from 'express';
import { Problem } from './http/problem.js';
import { route } from './http/route.js';

interface Asset {
  readonly type: string;
  readonly content: Buffer;
  readonly compressed: Buffer;
}

/** Everything comes from this server, and no other page may show the console in a frame. */
const policy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

const pageHeaders = {
  'Content-Security-Policy': policy,
  'Referrer-Policy': 'no-referrer',
  'Cross-Origin-Opener-Policy': 'same-origin',
};
/** The name of an asset contains the hash of its content. */
const keepPermanently = 'public, max-age=31536000, immutable';

/**
 * All addresses in the pages are relative, so that they also work behind a proxy that removes a path prefix.
 * @param folder the built console. When it was not built, the routes do not exist.
 */
export function consoleRoutes(router: Router, folder: string): void {
  const index = join(folder, 'index.html');
  if (!existsSync(index)) return;
  const html = readFileSync(index, 'utf8');
  route(router, '/', { get: [sendPage(html.replaceAll('{root}', './'))] });
  route(router, '/r/:resource', { get: [sendPage(html.replaceAll('{root}', '../'))] });
  route(router, '/r/:resource/try', { get: [sendPage(html.replaceAll('{root}', '../../'))] });
  const assets = readAssets(join(folder, 'assets'));
  route(router, '/assets/:name', { get: [sendAsset(assets)] });
}

function sendPage(html: string): RequestHandler {
  return (request, response) => {
    // The addresses in the page are relative to a path without a slash at its end.
    if (request.path.length > 1 && request.path.endsWith('/')) response.redirect(308, `../${lastPart(request.path)}`);
    else response.set(pageHeaders).type('html').send(html);
  };
}

function lastPart(path: string): string {
  return path.split('/').at(-2) ?? '';
}

function sendAsset(assets: ReadonlyMap<string, Asset>): RequestHandler {
  return (request, response) => {
    const name = String(request.params['name']);
    const asset = assets.get(name);
    if (!asset) throw new Problem('unknown-route', `The console has no file ${name.slice(0, 200)}. Reload the page.`);
    response.set({ 'Cache-Control': keepPermanently, 'Content-Type': asset.type, Vary: 'Accept-Encoding' });
    const isCompressed = request.acceptsEncodings('gzip', 'identity') === 'gzip';
    if (isCompressed) response.set('Content-Encoding', 'gzip');
    response.send(isCompressed ? asset.compressed : asset.content);
  };
}

/** In memory: there are two, of less than 200 kB together. */
function readAssets(folder: string): Map<string, Asset> {
  const names = readdirSync(folder).filter((name) => !name.endsWith('.gz'));
  return new Map(
    names.map((name) => [
      name,
      {
        type: name.endsWith('.css') ? 'text/css; charset=utf-8' : 'text/javascript; charset=utf-8',
        content: readFileSync(join(folder, name)),
        compressed: readFileSync(join(folder, `${name}.gz`)),
      },
    ]),
  );
}
