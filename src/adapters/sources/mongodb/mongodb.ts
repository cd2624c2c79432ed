/** MongoDB: how many documents match a filter, or the number that an aggregation returns. */
import { z } from 'zod';
import { report } from '../../../domain/written/issue.js';
import { AdapterError } from '../../net/errors.js';
import { tlsSettings } from '../../net/tls.js';
import { emptyAsSetting } from '../empty-as.js';
import { ReusableConnection } from '../reusable-connection.js';
import { makeSampler } from '../sampler.js';
import { defineSource } from '../source.js';
import { mongoAddress } from './address.js';
import { type MongoConnection, openMongo } from './connection.js';
import { read } from './read.js';

const object = z.record(z.string(), z.unknown());

const settings = z
  .strictObject({
    url: mongoAddress.describe(
      'Address: "mongodb://db:27017", of several members "mongodb://db1:27017,db2:27017", or "mongodb+srv://cluster0.example.net". Parameters are not supported.',
    ),
    database: z.string().min(1).describe('Name of the database.'),
    collection: z.string().min(1).describe('Name of the collection.'),
    filter: object
      .optional()
      .describe(
        'The value is the number of documents that match: `{ status: waiting }`. Extended JSON is supported: `{ "$oid": ... }`, `{ "$date": ... }`. Default: all documents match.',
      ),
    pipeline: z
      .array(object)
      .min(1)
      .optional()
      .describe('Aggregation that returns one document with one number, in place of `filter`.'),
    emptyAs: emptyAsSetting('the collection does not exist, or the aggregation returns no document or null'),
    username: z.string().min(1).optional().describe('User. Default: no login.'),
    password: z.string().optional().describe('Password of the user.'),
    authSource: z.string().min(1).default('admin').describe('Database that has the user.'),
    authMechanism: z
      .enum(['SCRAM-SHA-1', 'SCRAM-SHA-256'])
      .optional()
      .describe('Mechanism of the login. Default: the server decides.'),
    replicaSet: z.string().min(1).optional().describe('Name of the replica set that the servers must have.'),
    readPreference: z
      .enum(['primary', 'primaryPreferred', 'secondary', 'secondaryPreferred', 'nearest'])
      .default('primary')
      .describe('Which member of a replica set is read. A secondary may return an old number without an error.'),
    tls: tlsSettings
      .optional()
      .describe(
        'TLS settings. An empty mapping (`tls: {}`) turns TLS on with the certificate authorities of Node. Default: TLS for mongodb+srv://, else no TLS.',
      ),
  })
  .superRefine(({ filter, pipeline = [], username, password }, issues) => {
    if (filter !== undefined && pipeline.length > 0) {
      report(issues, { path: ['pipeline'], problem: 'cannot be combined with filter', fix: 'remove one of the two' });
    }
    pipeline.forEach((stage, index) => {
      if (!('$out' in stage || '$merge' in stage)) return;
      report(issues, { path: ['pipeline', index], problem: 'writes to the database', fix: 'remove $out and $merge' });
    });
    if (password !== undefined && username === undefined) {
      report(issues, { path: ['username'], problem: 'is missing', fix: 'set the user of password', isMissing: true });
    }
  });

export const mongodb = defineSource({
  type: 'mongodb',
  summary: 'The number of documents in a MongoDB collection that match a filter, or the number of an aggregation.',
  settings,
  create(settings, context) {
    const connection = new ReusableConnection<MongoConnection>({
      open: (lost, abandoned) => openMongo(settings, context.timeoutMs, { lost, abandoned }),
      isHarmless: (error) => error instanceof AdapterError && error.code !== 'unreachable' && error.code !== 'timeout',
    });
    return makeSampler(context, {
      server: `MongoDB at ${settings.url.replace(/\/$/, '')}`,
      secrets: [settings.password, settings.tls?.key],
      emptyAs: settings.emptyAs,
      look: async (signal) => ({
        value: await connection.use(signal, (opened) => read(opened, settings, context.timeoutMs)),
      }),
      close: async () => connection.close(),
    });
  },
});
