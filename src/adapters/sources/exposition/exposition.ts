/** Metrics that a program shows itself, in the Prometheus text format or as OpenMetrics, at one or several instances. */
import { parseAddress } from '../../net/server-address.js';
import { HttpClient } from '../http-client.js';
import { makeSampler } from '../sampler.js';
import { defineSource } from '../source.js';
import { InstanceClients, instancesOf } from './instances.js';
import { readInstances } from './read.js';
import { selector } from './selection.js';
import { expositionSettings, urlsOf } from './settings.js';

export const exposition = defineSource({
  type: 'exposition',
  summary:
    'A metric that programs expose for Prometheus, read from one or several instances without a Prometheus server.',
  settings: expositionSettings,
  datesSamples: () => 'sometimes',
  create(settings, context) {
    const urls = urlsOf(settings);
    const [first = ''] = urls;
    const secrets = urls.flatMap((url) => new HttpClient(url, settings, context.timeoutMs).secrets);
    // An instance that hangs must not use up the time of the whole sample, because the others may be sufficient.
    const clients = new InstanceClients(settings, context.timeoutMs * (settings.missing === 'fail' ? 1 : 0.75));
    const select = selector(settings);
    const { shown } = parseAddress(first);
    return makeSampler(context, {
      server: urls.length === 1 ? shown : `${shown} and ${urls.length - 1} more`,
      secrets,
      emptyAs: settings.emptyAs,
      async look(signal) {
        const instances = clients.of(await instancesOf(urls, settings.discover));
        return readInstances(instances, { ...settings, select, signal });
      },
      close: () => clients.close(),
    });
  },
});
