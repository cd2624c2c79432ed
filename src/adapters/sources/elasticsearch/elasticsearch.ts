/** Elasticsearch and OpenSearch: how many documents match a query, or a number in the response of a search. */
import { z } from 'zod';
import { report } from '../../../domain/written/issue.js';
import { addressSetting } from '../../net/server-address.js';
import { emptyAsSetting } from '../empty-as.js';
import { HttpClient, httpSettings } from '../http-client.js';
import { makeSampler } from '../sampler.js';
import { defineSource } from '../source.js';
import { addressIn } from './cloud-id.js';
import { numberFound, searchRequest } from './search.js';

const object = z.record(z.string(), z.unknown());

const settings = z
  .strictObject({
    url: addressSetting(['http', 'https'])
      .optional()
      .describe('Address: "https://search:9200". Required, unless `cloudId` is set.'),
    cloudId: z
      .string()
      .refine((id) => addressIn(id) !== undefined, { error: 'is not a cloud ID: copy it from the deployment' })
      .optional()
      .describe('Cloud ID of a deployment in Elastic Cloud, in place of `url`.'),
    index: z
      .union([z.string().min(1), z.array(z.string().min(1)).min(1)])
      .describe('Index, alias, data stream or pattern ("jobs-*"), or a list of them.'),
    query: object
      .optional()
      .describe('Query in the Query DSL: `{ term: { status: waiting } }`. Default: all documents match.'),
    search: object
      .optional()
      .describe('Body of the search, in place of `query`: with it, `path` can lead to an aggregation.'),
    template: z
      .strictObject({
        id: z.string().min(1).describe('Name of a search template that is stored in the cluster.'),
        params: object.optional().describe('Values of its parameters.'),
      })
      .optional()
      .describe('Search template, in place of `query`.'),
    path: z
      .string()
      .min(1)
      .default('hits.total.value')
      .describe(
        'Path to the number in the response: keys and list indexes separated by dots, `aggregations.total.value`. Default: how many documents match.',
      ),
    emptyAs: emptyAsSetting('no index matches the pattern, or the value at the path is null'),
    apiKey: z.string().min(1).optional().describe('API key, encoded as Elasticsearch returns it.'),
    ...httpSettings,
  })
  .superRefine(({ url, cloudId, query, search, template }, issues) => {
    if (url === undefined && cloudId === undefined) {
      report(issues, { path: ['url'], problem: 'is missing', fix: 'set url or cloudId', isMissing: true });
    }
    if (url !== undefined && cloudId !== undefined) {
      report(issues, { path: ['cloudId'], problem: 'cannot be combined with url', fix: 'remove one of the two' });
    }
    const given = Object.entries({ query, search, template }).filter(([, value]) => value !== undefined);
    const [[first] = [], [second] = []] = given;
    if (first === undefined || second === undefined) return;
    report(issues, { path: [second], problem: `cannot be combined with ${first}`, fix: 'remove one of the two' });
  });

export const elasticsearch = defineSource({
  type: 'elasticsearch',
  summary:
    'The number of documents that match a query in Elasticsearch or OpenSearch, or a number in a search response.',
  settings,
  create(settings, context) {
    const { url, cloudId = '', apiKey, headers } = settings;
    const client = new HttpClient(
      url ?? addressIn(cloudId) ?? '',
      { ...settings, headers: { ...(apiKey !== undefined && { authorization: `ApiKey ${apiKey}` }), ...headers } },
      context.timeoutMs,
    );
    const request = searchRequest(settings, context.timeoutMs);
    return makeSampler(context, {
      server: client.shown,
      secrets: [...client.secrets, apiKey],
      emptyAs: settings.emptyAs,
      look: async (signal) => ({ value: numberFound(await client.ask({ ...request, signal }), settings) }),
      close: () => client.close(),
    });
  },
});
