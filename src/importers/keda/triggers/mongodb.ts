/** mongodb. */
import { isPlaceholder } from '../address.js';
import type { Parameters } from '../parameters.js';
import { settings, type Converter } from './trigger.js';
import { isTlsEnabled, tlsOf } from './tls.js';

export const mongodb: Converter = ({ parameters }) => {
  const collection = parameters.required('collection');
  const query = parameters.required('query');
  const filter = jsonObjectIn(query);
  if (filter === undefined) {
    return { what: 'the query', why: 'it is not a JSON object, as the filter of the source mongodb is' };
  }
  parameters.ignore({ metricName: 'is left out: it has no effect' });
  const database = parameters.required('dbName');
  return {
    name: isPlaceholder(collection) ? 'documents' : collection,
    signal: settings({
      type: 'mongodb',
      ...serverOf(parameters, database),
      database,
      collection,
      filter: Object.keys(filter).length === 0 ? undefined : filter,
      tls: tlsOf(parameters, isTlsEnabled(parameters)),
    }),
    target: parameters.number('queryValue') ?? Number(parameters.required('queryValue')),
    activation: parameters.number('activationQueryValue') ?? 0,
  };
};

function serverOf(parameters: Parameters, database: string): Readonly<Record<string, unknown>> {
  if (!parameters.has('host')) {
    const url = parameters.requiredSecret('connectionString');
    parameters.drop(
      'connectionString',
      'the login and the parameters in the connection string',
      `set ${url} to the address alone, such as mongodb://db:27017, and write username, password, authSource, replicaSet and tls`,
    );
    return { url };
  }
  const scheme = parameters.text('scheme') ?? 'mongodb';
  const port = parameters.text('port');
  const host = parameters.required('host');
  const username = parameters.text('username');
  return settings({
    url: `${scheme}://${host}${port === undefined || scheme === 'mongodb+srv' ? '' : `:${port}`}`,
    username,
    password: parameters.secret('password'),
    // In a connection string with a database, that database has the user.
    authSource: username === undefined ? undefined : database,
  });
}

export function jsonObjectIn(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : undefined;
  } catch {
    return undefined;
  }
}
