/**
 * Registers a path with all its methods in one place, so that every other method is refused with the correct `Allow`.
 */
import type { RequestHandler, Router } from 'express';
import { Problem } from './problem.js';

type Method = 'get' | 'post' | 'put' | 'delete';

export function route(
  router: Router,
  path: string,
  handlers: Readonly<Partial<Record<Method, RequestHandler[]>>>,
): void {
  const entries = Object.entries(handlers) as [Method, RequestHandler[]][];
  const registered = router.route(path);
  for (const [method, chain] of entries) registered[method](...chain);
  const allowed = entries.flatMap(([method]) => (method === 'get' ? ['GET', 'HEAD'] : [method.toUpperCase()]));
  registered.all((request) => {
    throw new Problem('method-not-allowed', `${request.method} is not supported; use ${allowed.join(', ')}.`, {
      headers: { Allow: allowed.join(', ') },
    });
  });
}
