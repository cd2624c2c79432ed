/** elasticsearch and opensearch. */
import { listIn } from '../address.js';
import type { Parameters } from '../parameters.js';
import { jsonObjectIn } from './mongodb.js';
import { tlsOf } from './tls.js';
import { settings, type Converter } from './trigger.js';

export const elasticsearch: Converter = ({ type, parameters }) => {
  const template = parameters.text('searchTemplateName');
  const query = parameters.text('query');
  const search = query === undefined ? undefined : jsonObjectIn(query);
  if (template === undefined && search === undefined) {
    return { what: 'the query', why: 'it is not a JSON object, as the body of a search is' };
  }
  const [url, ...others] = listIn(parameters.text('addresses'));
  if (others.length > 0)
    parameters.warn('addresses', 'became the first address: use a load balancer in front of the nodes');
  const index = listIn(parameters.required('index'), ';');
  parameters.ignore({ metricName: 'is left out: it has no effect' });
  return {
    name: parameters.metadata.at('metricName').peek() ?? 'documents',
    signal: settings({
      type: 'elasticsearch',
      url,
      cloudId: parameters.text('cloudID'),
      index: index.length === 1 ? index[0] : index,
      ...(template === undefined ? { search } : { template: settings({ id: template, params: paramsOf(parameters) }) }),
      path: parameters.required('valueLocation'),
      emptyAs: parameters.flag('ignoreNullValues') ? 0 : undefined,
      username: parameters.text('username'),
      password: parameters.secret('password'),
      apiKey: parameters.secret('apiKey'),
      tls: type === 'opensearch' ? openSearchTls(parameters) : tlsOf(parameters),
    }),
    target: parameters.number('targetValue') ?? Number(parameters.required('targetValue')),
    activation: parameters.number('activationTargetValue') ?? 0,
  };
};

function openSearchTls(parameters: Parameters): Readonly<Record<string, unknown>> | undefined {
  parameters.ignore({ enableTLS: 'is left out: https in the address turns TLS on' });
  const tls = settings({
    ca: parameters.secret('caCert'),
    cert: parameters.secret('clientCert'),
    key: parameters.secret('clientKey'),
    ...(parameters.flag('unsafeSsl') && { verify: false }),
  });
  return Object.keys(tls).length === 0 ? undefined : tls;
}

/** `name:value;other:value` */
function paramsOf(parameters: Parameters): Readonly<Record<string, string>> | undefined {
  const pairs = listIn(parameters.text('parameters'), ';').map((pair) => {
    const [name = '', ...value] = pair.split(':');
    return [name, value.join(':')] as const;
  });
  return pairs.length === 0 ? undefined : Object.fromEntries(pairs);
}
