/** The HTTP API. It validates requests, calls Temporal, and formats the results. */
import express, { type RequestHandler } from 'express';
import { createContext } from './context.js';
import { consoleRoutes } from './console-routes.js';
import type { ApiDependencies } from './dependencies.js';
import { authenticate } from './http/authenticate.js';
import { refuseForeignHosts } from './http/known-host.js';
import { problemHandler, unknownRoute } from './http/problem-handler.js';
import { requestLog } from './http/request-log.js';
import { Outage, remindEveryMs } from '../process/outage.js';
import { controlRoutes } from './autoscale/control-routes.js';
import { autoscaleRoutes } from './autoscale/routes.js';
import { backtestRoutes } from './backtest/routes.js';
import { docsRoutes } from './docs-routes.js';
import { dropInHealthRoute, dropInRoutes } from './drop-in/routes.js';
import { fleetRoutes } from './fleet/routes.js';
import { healthRoutes } from './health/routes.js';
import { Feed } from './live/feed.js';
import { liveRoutes } from './live/routes.js';
import { requestMetrics } from './metrics/requests.js';
import { metricsRoute } from './metrics/route.js';
import { RunMetrics } from './metrics/runs.js';
import { Metrics } from '../metrics/metrics.js';
import { planRoutes } from './plan/routes.js';
import { policyRoutes } from './policy/routes.js';
import { previewRoutes } from './preview/routes.js';
import { scaleManyRoutes } from './scale/many-routes.js';
import { resourceRoutes } from './scale/resource-routes.js';
import { seriesRoutes } from './series/routes.js';
import { scaleRoutes } from './scale/routes.js';

export function createApi(dependencies: ApiDependencies): express.Express {
  const { token, allowedHosts = [], metrics = new Metrics(), trace, consoleFolder } = dependencies;
  const context = createContext(dependencies);
  const words = { fails: 'Temporal does not answer: requests fail', worksAgain: 'Temporal answers again' };
  const outage = new Outage({ log: dependencies.log, fields: {}, words, remindEveryMs });
  const faults = { log: dependencies.log, outage };
  const feed = new Feed(context.fleet, { ...dependencies, outage });
  const app = express();
  app.disable('x-powered-by');
  app.disable('etag');
  app.set('query parser', 'simple');

  if (trace) app.use(trace);
  app.use(requestLog(dependencies.log), requestMetrics(metrics), answerHeaders);
  // A caller with the token is not a page that misuses the browser's access to this port, whatever name it uses for
  // this server.
  if (token === undefined) app.use(refuseForeignHosts(allowedHosts));
  healthRoutes(app, context);
  metricsRoute(app, metrics);
  dropInHealthRoute(app);
  docsRoutes(app);
  if (consoleFolder !== undefined) consoleRoutes(app, consoleFolder);

  context.autoscalerCheck.start(context);
  new RunMetrics(context, metrics);

  app.use(authenticate(token, allowedHosts), noteSuccess(outage));
  fleetRoutes(app, context);
  liveRoutes(app, context, feed);
  resourceRoutes(app, context, feed);
  seriesRoutes(app, context);
  scaleRoutes(app, context);
  scaleManyRoutes(app, context, faults);
  planRoutes(app, context);
  autoscaleRoutes(app, context);
  controlRoutes(app, context);
  previewRoutes(app, context);
  policyRoutes(app, context);
  backtestRoutes(app, context);
  dropInRoutes(app, context);

  app.use(unknownRoute, problemHandler(faults));
  return app;
}

/** Every route behind the authentication reads or writes Temporal, so that a success shows that Temporal answers. */
function noteSuccess(outage: Outage): RequestHandler {
  return (_request, response, next) => {
    response.once('finish', () => {
      if (response.statusCode < 400) outage.works();
    });
    next();
  };
}

/** Responses must not be cached, and browsers must not guess their type. */
const answerHeaders: RequestHandler = (_request, response, next) => {
  response.set({ 'Cache-Control': 'no-store', 'X-Content-Type-Options': 'nosniff' });
  next();
};
