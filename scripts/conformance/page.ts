/** The pages that show what every source and every platform does, as tables made from test results. */
import { format, resolveConfig } from 'prettier';

export interface ConformancePage {
  readonly path: string;
  readonly introduction: string;
  /** Title of the first column. */
  readonly named: string;
  /** The test file that shows it, or the folder of them. */
  readonly suites: string;
  /** Begins the title of the `describe` that holds the tests of a row; the rest is the name of the row. */
  readonly row: string;
  /** The columns whose order does not follow from the order of the tests. */
  readonly columns: readonly string[];
  /** What a row ran against, where that is not its own server; in the order of the rows. */
  readonly ranAgainst?: Readonly<Record<string, string>>;
}

/** By row and column: `yes`, `no`, or nothing where a row has no such test. */
export type Rows = ReadonlyMap<string, ReadonlyMap<string, string>>;

export const conformancePages: readonly ConformancePage[] = [
  {
    path: 'docs/sources/conformance.md',
    introduction: `# Sources against their real servers
<!-- What \`npm run test:services\` showed, written by \`npm run docs\`. Do not edit. -->
Every source is sampled from the true server, which is then made to fail. "no" is a situation in which it did not do
what [it must](../adding-a-source.md); "-" one that does not exist for it, such as a password where there is none.`,
    named: 'source',
    suites: 'test/services',
    row: 'source ',
    columns: [
      ...['correct values', 'many samples at once', 'closed and used again', 'invalid credentials', 'name missing'],
      ...['empty queue', 'server hanging', 'server down', 'server back'],
    ],
  },
  {
    path: 'docs/platforms/conformance.md',
    introduction: `# What every platform does
<!-- What \`npm run test:services\` showed, written by \`npm run docs\`. Do not edit. -->
Whole scale runs, on a real Temporal server, of one suite for all (\`test/platforms/conformance.ts\`). Between the adapter
and its server stands a gate that throttles, refuses or goes down; another writer reaches the server directly. "-" is a situation that does not exist for a platform.`,
    named: 'platform',
    suites: 'test/services/platforms/conformance',
    row: 'platform ',
    columns: [],
    ranAgainst: {
      omnistrate: 'the simulated sidecar',
      ecs: 'moto',
      'auto-scaling-group': 'moto',
      'lambda-provisioned-concurrency': 'a server of ours, spoken to by the SDK',
      kubernetes: 'kube-apiserver 1.36, etcd and its controllers; the kubelet is played',
      'kubernetes with a Rollout': 'kube-apiserver 1.36 and etcd; the controller of Argo Rollouts is played',
      'docker-swarm': 'Docker Engine 20.10, a swarm of one manager, whose tasks are containers',
      'azure-container-apps': 'a server of ours, spoken to by the SDK',
      'azure-container-apps with maximum: capacity': 'a server of ours, spoken to by the SDK',
      'azure-vm-scale-set': 'a server of ours',
      'cloud-run': 'a server of ours, spoken to by the SDK',
      'cloud-run with scaling: minimum, maximum: max': 'a server of ours, spoken to by the SDK',
      'google-instance-group': 'a server of ours',
      nomad: 'a server of ours, with the answers of the code of Nomad',
      'generic-http that sets': 'the simulated sidecar',
      'generic-http that adds and removes': 'the simulated sidecar',
      exec: 'a program that keeps its number in a file',
    },
  },
];

const ranAgainstTitle = 'ran against';

export async function pageText(page: ConformancePage, rows: Rows): Promise<string> {
  const { path, introduction, named, ranAgainst } = page;
  const tested = [...rows.values()].flatMap((row) => [...row.keys()]);
  const columns = [...(ranAgainst ? [ranAgainstTitle] : []), ...new Set([...page.columns, ...tested])];
  const order = ranAgainst ? Object.keys(ranAgainst) : [];
  const names = [...rows.keys()].sort((a, b) => order.indexOf(a) - order.indexOf(b) || (a < b ? -1 : 1));
  const cell = (name: string, column: string) =>
    column === ranAgainstTitle ? (ranAgainst?.[name] ?? '') : (rows.get(name)?.get(column) ?? '-');
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  const table = [
    line([named, ...columns]),
    line(['---', ...columns.map(() => '---')]),
    ...names.map((name) => line([name, ...columns.map((column) => cell(name, column))])),
  ];
  const style = await resolveConfig(path);
  return format(`${introduction}\n\n${table.join('\n')}\n`, { ...style, parser: 'markdown' });
}

/** The table of such a text. */
export function rowsIn(text: string): Rows {
  const lines = text.split('\n').filter((line) => line.startsWith('|'));
  const [titles = [], , ...rows] = lines.map((line) =>
    line
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.trim()),
  );
  return new Map(
    rows.map(([name = '', ...cells]) => [name, new Map(cells.map((cell, at) => [titles[at + 1] ?? '', cell]))]),
  );
}
