/** postgresql and mysql. */
import { isPlaceholder } from '../address.js';
import type { Parameters } from '../parameters.js';
import { settings, type Converter } from './trigger.js';

export const postgresql: Converter = ({ parameters }) => ({
  name: parameters.text('dbName') ?? 'rows',
  signal: settings({
    type: 'sql',
    ...addressOf(parameters, { scheme: 'postgres', port: '5432', whole: 'connection', user: 'userName' }),
    query: parameters.required('query').trim(),
    tls: tlsByMode(parameters.text('sslmode'), parameters),
  }),
  target: parameters.number('targetQueryValue') ?? Number(parameters.required('targetQueryValue')),
  activation: parameters.number('activationTargetQueryValue') ?? 0,
});

export const mysql: Converter = ({ parameters }) => {
  parameters.ignore({ metricName: 'is left out: it has no effect' });
  return {
    name: parameters.text('dbName') ?? 'rows',
    signal: settings({
      type: 'sql',
      ...addressOf(parameters, { scheme: 'mysql', port: '3306', whole: 'connectionString', user: 'username' }),
      query: parameters.required('query').trim(),
    }),
    target: parameters.number('queryValue') ?? Number(parameters.required('queryValue')),
    activation: parameters.number('activationQueryValue') ?? 0,
  };
};

interface Form {
  readonly scheme: string;
  readonly port: string;
  /** The parameter that contains everything. */
  readonly whole: string;
  readonly user: string;
}

function addressOf(parameters: Parameters, { scheme, port, whole, user }: Form) {
  const connection = parameters.has('host') ? undefined : parameters.secret(whole);
  if (connection !== undefined) {
    parameters.drop(
      whole,
      'the form of the connection string',
      `KEDA takes the form of its driver. Set ${connection} to an address: ${scheme}://user:password@host:${port}/database`,
    );
    return { url: connection };
  }
  const host = parameters.required('host');
  return {
    url: `${scheme}://${host}:${parameters.text('port') ?? port}/${parameters.text('dbName') ?? ''}`,
    username: parameters.text(user),
    password: parameters.secret('password'),
  };
}

function tlsByMode(mode: string | undefined, parameters: Parameters): Readonly<Record<string, unknown>> | undefined {
  switch (mode) {
    case undefined:
    case 'disable':
      return undefined;
    case 'verify-full':
      return {};
    case 'require':
      return { verify: false };
    case 'allow':
    case 'prefer':
      parameters.warn('sslmode', `is ${mode}, and became TLS off: the server must accept connections without TLS`);
      return undefined;
    default:
      parameters.warn('sslmode', `is ${isPlaceholder(mode) ? 'not known' : mode}, and became tls: {}`);
      return {};
  }
}
