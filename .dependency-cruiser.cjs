/** Arrows point one way: see docs/architecture.md. */
const layer = (name, from, to, comment) => ({
  name,
  comment,
  severity: 'error',
  from: { path: from },
  to: { path: to, dependencyTypesNot: ['type-only'] },
});
const others = (...allowed) =>
  `^(src/(?!(${
    allowed
      .filter((a) => a.startsWith('src/'))
      .map((a) => a.slice(4))
      .join('|') || 'none'
  })/)|${
    ['workflows', 'activities']
      .filter((d) => !allowed.includes(d))
      .map((d) => `${d}/`)
      .join('|') || '$^'
  })`;

module.exports = {
  forbidden: [
    { name: 'no-circular', severity: 'error', from: {}, to: { circular: true } },
    {
      name: 'no-folder-cycles',
      comment: 'No folder of src imports one that imports it back.',
      scope: 'folder',
      severity: 'error',
      from: { path: '^src/[^/]+$' },
      to: { circular: true, path: '^src/[^/]+$' },
    },
    {
      name: 'domain-is-pure',
      comment: 'src/domain imports nothing but itself, zod and croner.',
      severity: 'error',
      from: { path: '^src/domain/' },
      to: { pathNot: ['^src/domain/', 'node_modules/(zod|croner)/'] },
    },
    layer('workflows-only-domain', '^workflows/', others('src/domain', 'workflows'), 'Workflow code is deterministic.'),
    {
      name: 'workflows-no-packages',
      severity: 'error',
      from: { path: '^workflows/', pathNot: '^workflows/tracing/' },
      to: { path: 'node_modules/', pathNot: 'node_modules/@temporalio/(workflow|common)/' },
    },
    {
      name: 'traced-workflows-few-packages',
      comment: 'Bundled only for processes that export traces.',
      severity: 'error',
      from: { path: '^workflows/tracing/' },
      to: {
        path: 'node_modules/',
        pathNot: 'node_modules/(@temporalio/(workflow|common|interceptors-opentelemetry)|@opentelemetry/api)/',
      },
    },
    {
      name: 'adapters-below',
      comment: 'An adapter knows the domain, and of other adapters only what all of them share.',
      severity: 'error',
      from: { path: '^src/adapters/(net|platforms|receivers|sources)/' },
      to: {
        path: '^(src/(?!(domain|adapters)/)|workflows/|activities/)|^src/adapters/(platforms|receivers|sources)/',
        pathNot: '^src/adapters/$1/',
        dependencyTypesNot: ['type-only'],
      },
    },
    layer(
      'config-below',
      '^src/config/',
      others('src/domain', 'src/config', 'src/adapters'),
      'The configuration is made of the schemas of the adapters.',
    ),
    {
      name: 'workflows-through-messages',
      comment: 'Everyone else reaches a workflow through its messages and a Temporal client.',
      severity: 'error',
      from: { path: '^(src|activities)/' },
      to: { path: '^workflows/(?!((auto)?scale|events|plan)/messages)', dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'tracing-is-optional',
      comment: 'Nothing of OpenTelemetry is loaded in a process that exports no traces.',
      severity: 'error',
      from: { path: '^(src|activities|workflows)/', pathNot: '^(src|workflows)/tracing/' },
      to: {
        path: 'opentelemetry|^workflows/tracing/|^src/tracing/(?!tracing.ts$)',
        dependencyTypesNot: ['type-only', 'dynamic-import'],
      },
    },
    {
      name: 'console-is-a-client',
      comment:
        'The console runs in a browser: it knows the answers of the API as types, and nothing else of the server.',
      severity: 'error',
      from: { path: '^src/console/' },
      to: { path: '^(src/(?!console/)|workflows/|activities/)', dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'library-is-a-client',
      comment:
        'The library runs in programs of its users: it knows the answers of the API as types, and loads a worker or an API only when it is used.',
      severity: 'error',
      from: { path: '^src/library/' },
      to: {
        path: '^(src/(?!library/|pool/stats.ts$|config/problem.ts$)|workflows/|activities/)',
        dependencyTypesNot: ['type-only', 'dynamic-import'],
      },
    },
    {
      name: 'server-without-the-console',
      severity: 'error',
      from: { path: '^(src|workflows|activities)/', pathNot: '^src/console/' },
      to: { path: '^src/console/' },
    },
    {
      name: 'simulator-stands-alone',
      severity: 'error',
      from: { path: '^src/simulator/' },
      to: { path: '^(src/(?!simulator/|domain/)|workflows/|activities/)' },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      extensions: ['.ts', '.tsx', '.js', '.mjs', '.json'],
      exportsFields: ['exports'],
      conditionNames: ['import', 'node', 'default', 'types'],
    },
  },
};
