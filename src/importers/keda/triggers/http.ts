/** prometheus and metrics-api. */
import { httpLogin, loginModes } from './tls.js';
import { settings, type Converter, type Trigger } from './trigger.js';

export const prometheus: Converter = ({ parameters }) => {
  const target = parameters.number('threshold');
  const metricName = parameters.metadata.at('metricName').peek();
  parameters.ignore({
    metricName: 'gave the signal its name',
    timeout: 'is left out: Escapement has one timeout for reads',
    identityOwner: 'is left out: it has no effect on the value',
  });
  if (parameters.number('threshold') !== undefined && (target ?? 1) < 1) {
    parameters.warn('threshold', belowOne);
  }
  return {
    name: metricName ?? 'metric',
    signal: settings({
      type: 'prometheus',
      server: parameters.required('serverAddress'),
      query: parameters.required('query').trim(),
      emptyAs: parameters.flag('ignoreNullValues', true) ? 0 : undefined,
      ...mergedHeaders(httpLogin(parameters), headersIn(parameters.text('customHeaders'))),
    }),
    target: target ?? Number(parameters.required('threshold')),
    activation: parameters.number('activationThreshold') ?? 0,
  };
};

const belowOne =
  'is below 1. KEDA divides the metric among the units, and so does the imported policy. If the metric is a share or a mean over the units, such as 0.9, this recommends at most a few units, whatever the load is: use the policy utilization instead';

/** `X-Scope-OrgID=shop,X-Team=a`. */
function headersIn(text: string | undefined): Readonly<Record<string, string>> | undefined {
  if (text === undefined) return undefined;
  return Object.fromEntries(
    text.split(',').map((pair) => {
      const [name = '', ...value] = pair.split('=');
      return [name.trim(), value.join('=').trim()];
    }),
  );
}

function mergedHeaders(login: Readonly<Record<string, unknown>>, headers: object | undefined) {
  if (headers === undefined) return login;
  return { ...login, headers: { ...headers, ...(login['headers'] as object | undefined) } };
}

export const metricsApi: Converter = (trigger) => {
  const { parameters } = trigger;
  const format = parameters.oneOf('format', ['json', 'prometheus', 'xml', 'yaml']);
  parameters.ignore({ timeout: 'is left out: Escapement has one timeout for reads' });
  if (format === 'xml' || format === 'yaml') {
    return { what: `the format ${format}`, why: 'the source http-json reads JSON, and exposition reads Prometheus' };
  }
  if (parameters.flag('aggregateFromKubeServiceEndpoints')) {
    return {
      what: 'aggregateFromKubeServiceEndpoints',
      why: 'exposition and http-json do not read the endpoints of a Service. With a headless Service, use exposition with discover: dns and series: sum',
    };
  }
  parameters.ignore({ aggregationType: 'is left out: it has an effect only with several endpoints' });
  const common = {
    target: parameters.number('targetValue') ?? Number(parameters.required('targetValue')),
    activation: parameters.number('activationTargetValue') ?? 0,
  };
  const url = parameters.required('url');
  const location = parameters.required('valueLocation');
  const login = withApiKey(trigger, url);
  if (format === 'json') {
    return { ...common, name: lastWord(location), signal: settings({ type: 'http-json', path: location, ...login }) };
  }
  const [, metric = location, labels] = /^([^{]+?)\s*(?:\{(.*)\})?$/.exec(location) ?? [];
  return {
    ...common,
    name: metric,
    signal: settings({ type: 'exposition', metric, labels: labelsIn(labels), ...login }),
  };
};

/** `authMode: apiKey` sends the key in a header or in the query. */
function withApiKey({ parameters }: Trigger, url: string): Readonly<Record<string, unknown>> {
  const login = httpLogin(parameters);
  const key = loginModes(parameters).includes('apiKey') ? parameters.secret('apiKey') : undefined;
  if (key === undefined) return { url, ...login };
  const method = parameters.oneOf('method', ['header', 'query']);
  const name = parameters.text('keyParamName') ?? (method === 'query' ? 'api_key' : 'X-API-KEY');
  if (method === 'query') return { url: `${url}${url.includes('?') ? '&' : '?'}${name}=${key}`, ...login };
  return mergedHeaders({ url, ...login }, { [name]: key });
}

function labelsIn(text: string | undefined): Readonly<Record<string, string>> | undefined {
  const pairs = [...(text ?? '').matchAll(/(\w+)\s*=\s*"([^"]*)"/g)];
  return pairs.length === 0 ? undefined : Object.fromEntries(pairs.map(([, name = '', value = '']) => [name, value]));
}

function lastWord(path: string): string {
  return path.split('.').findLast((word) => /[a-z]/i.test(word)) ?? 'value';
}
