/** The names of the code that the documents quote, of files and of what is in them, are those of the code. */
import { readdirSync, readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { currentPages, parsePage, type Page } from './pages.js';

const files = ['src', 'workflows', 'activities', 'test', 'scripts', 'bench'].flatMap((folder) =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => /\.(ts|mjs)$/.test(name))
    .map((name) => `${folder}/${name.replaceAll('\\', '/')}`),
);
const fileNames = new Set(files.map((path) => basename(path)));
/** Not these tests: they quote what does not exist. */
const code = files.filter((path) => !path.startsWith('test/docs/')).map((path) => readFileSync(path, 'utf8'));
const words = new Set(code.join('\n').match(/\w+/g));

/** Of KEDA, Azure, the SDK of Temporal, Google Cloud and Kubernetes. */
const foreign = [
  'idleReplicaCount',
  'minReplicaCount',
  'desiredReplicas',
  'metricType',
  'aggregationType',
  'aggregateFromKubeServiceEndpoints',
  'caCert',
  'tlsClientCert',
  'tlsClientKey',
  'unsafeSsl',
  'searchTemplateName',
  'valueLocation',
  'ignoreNullValues',
  'targetValue',
  'connectionString',
  'dbName',
  'queryValue',
  'workerDeploymentName',
  'workerDeploymentBuildId',
  'includeRunningWorkflowCount',
  'queueTypes',
  'targetQueueSize',
  'preloadModules',
  'serviceAccounts',
  'actAs',
  'resourceNames',
  'valueIfNull',
  'alignmentAligner',
  'alignmentPeriodSeconds',
  'alignmentReducer',
  'stackdriverMetricUtilizations',
  'cpuUtilization',
  'utilizationTarget',
  'maxSurge',
  'listManagedInstances',
  'zoneOperations',
  'regionOperations',
  'accountName',
  'connectionFromEnv',
  'queueLength',
  'queueLengthStrategy',
  'endpointSuffix',
  'topicName',
  'subscriptionName',
  'useRegex',
  'subscriptionId',
  'resourceGroupName',
  'metricNamespace',
  'metricFilter',
  'metricAggregationType',
  'metricAggregationInterval',
  'activeDirectoryClientId',
  'activeDirectoryClientPassword',
  'targetValue',
];

it.each(currentPages.map((page) => [page.path, page] as const))('the names in %s are those of the code', (_, page) => {
  expect(unknownNames(page)).toEqual([]);
});

it('a name that does not exist is found', () => {
  const text =
    '`holdsScaleIns`, `permit.isOverdue()`, `holdsScaleIn`, `judged.ts`, `registry.ts`, `camel-case`, `word`';
  expect(unknownNames(parsePage('a.md', text))).toEqual([
    'a.md:1: holdsScaleIns',
    'a.md:1: isOverdue',
    'a.md:1: judged.ts',
  ]);
});

function unknownNames({ code: quoted }: Page): string[] {
  return quoted.flatMap(({ text, place }) => {
    const isFile = /^[\w.-]+\.(ts|mjs)$/.test(text);
    // In several words: a single one may be anything.
    const names = isFile ? [text] : (text.match(/(?<![\w-])[a-z]+(?:[A-Z][a-z]+)+(?![\w-])/g) ?? []);
    const unknown = names.filter((name) => !fileNames.has(name) && !words.has(name) && !foreign.includes(name));
    return unknown.map((name) => `${place}: ${name}`);
  });
}
