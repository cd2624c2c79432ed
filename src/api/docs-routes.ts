/**
 * `GET /openapi.json` and `GET /docs`: the API documentation, served from files of this package only. No token is
 * required.
 */
import type { RequestHandler, Router } from 'express';
// The main module would load the whole page into this process.
import pathOfSwaggerUi from 'swagger-ui-dist/absolute-path.js';
import { sendFixedDocument } from './http/fixed-document.js';
import { route } from './http/route.js';

const assets = ['swagger-ui.css', 'swagger-ui-bundle.js', 'favicon-32x32.png'];

/** Its addresses are relative to `/docs`, so that the page also works behind a proxy that removes a path prefix. */
const page = `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8" />
    <meta name="viewport" content="width=device-width, initial-scale=1" />
    <title>Escapement API</title>
    <link rel="stylesheet" href="./docs/swagger-ui.css" />
    <link rel="icon" href="./docs/favicon-32x32.png" />
  </head>
  <body>
    <div id="api"></div>
    <script src="./docs/swagger-ui-bundle.js"></script>
    <script src="./docs/start.js"></script>
  </body>
</html>
`;
/** The default validator is a service on the Internet. */
const start = `SwaggerUIBundle({ url: './openapi.json', dom_id: '#api', validatorUrl: null, tryItOutEnabled: true });\n`;
/** The page uses inline styles and data images; scripts are allowed only from this server. */
const policy = "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; frame-ancestors 'none'";

export function docsRoutes(router: Router): void {
  route(router, '/openapi.json', { get: [sendFixedDocument('json', openApi)] });
  route(router, '/docs', {
    get: [
      (request, response) => {
        if (request.path.endsWith('/')) response.redirect(308, '../docs');
        else response.set('Content-Security-Policy', policy).type('html').send(page);
      },
    ],
  });
  route(router, '/docs/start.js', { get: [(_request, response) => void response.type('js').send(start)] });
  for (const asset of assets) route(router, `/docs/${asset}`, { get: [sendAsset(asset)] });
}

async function openApi(): Promise<object> {
  const { openApiDocument } = await import('./openapi.js');
  return openApiDocument();
}

function sendAsset(asset: string): RequestHandler {
  return (_request, response) => response.sendFile(asset, { root: pathOfSwaggerUi(), maxAge: '1h' });
}
