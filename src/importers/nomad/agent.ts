/** The configuration of the Nomad Autoscaler: where its sources are, and its defaults. */
import { isMapping } from '../../config/file/path.js';
import { Fields } from '../fields.js';
import type { Manifest, Warning } from '../importer.js';
import { asKey, block, blocks, durationOf, flagOf, optional, optionalText } from './blocks.js';

export interface Plugin {
  /** What the plugin is, whatever its name: `prometheus`. */
  readonly driver: string;
  readonly config: Fields;
}

export interface Agent {
  readonly cooldownMs: number;
  readonly intervalMs: number;
  /** Settings of the platform `nomad`. */
  readonly server: Readonly<Record<string, unknown>>;
  readonly warnings: readonly Warning[];
  readonly source: (name: string) => Plugin;
  readonly target: (name: string) => Plugin;
  readonly strategy: (name: string) => string;
  /** Called when every policy has read what it needs. */
  readonly left: () => readonly Warning[];
}

const keys = ['apm', 'dynamic_application_sizing', 'enable_debug', 'high_availability', 'http', 'log_json', 'log_level']
  .concat(['log_include_location', 'nomad', 'plugin_dir', 'policy', 'policy_eval', 'strategy', 'target', 'telemetry'])
  .concat(['consul', 'vault']);

/** Whether the document has a section of the agent, beside policies or alone. */
export function isAgent({ value }: Manifest): boolean {
  return isMapping(value) && !('Policy' in value) && keys.some((key) => key in value);
}

const defaultCooldownMs = 300_000;
const defaultIntervalMs = 10_000;

export function agentOf(manifests: readonly Manifest[]): Agent {
  const roots = manifests.map(({ place, value }) => new Fields(place, value));
  const plugins = (section: string) =>
    roots.flatMap((root) =>
      blocks(root.at(section)).map(([name, content]) => [name, pluginOf(name, content)] as const),
    );
  const [sources, targets, strategies] = ['apm', 'target', 'strategy'].map((section) => new Map(plugins(section)));
  const policy = roots.map((root) => block(root.at('policy')));
  const duration = (name: string) =>
    policy.map((fields) => optional(fields.at(name), durationOf)).find((found) => found !== undefined);
  const nomad = roots.map((root) => block(root.at('nomad'))).find(({ isPresent }) => isPresent);
  const unnamed = (name: string): Plugin => ({ driver: name, config: new Fields('', undefined) });
  return {
    cooldownMs: duration('default_cooldown') ?? defaultCooldownMs,
    intervalMs: duration('default_evaluation_interval') ?? defaultIntervalMs,
    ...(nomad === undefined ? { server: {}, warnings: [noAgent] } : serverOf(nomad)),
    source: (name) => sources?.get(name) ?? unnamed(name),
    target: (name) => targets?.get(name) ?? unnamed(name),
    strategy: (name) => strategies?.get(name)?.driver ?? name,
    left: () => roots.flatMap(leftIn),
  };
}

const noAgent: Warning = {
  path: '',
  message:
    'The input has no configuration of the Nomad Autoscaler. The address of Nomad is http://127.0.0.1:4646, and its defaults apply: 10 s between evaluations, a cooldown of 5 min. Import its file beside the jobs to take over its addresses.',
};

function pluginOf(name: string, content: Fields): Plugin {
  return { driver: optionalText(content.at('driver')) ?? name, config: block(content.at('config')) };
}

function serverOf(nomad: Fields): Pick<Agent, 'server' | 'warnings'> {
  const address = optionalText(nomad.at('address'));
  const region = optionalText(nomad.at('region'));
  const token = nomad.at('token');
  const tls = tlsOf(nomad, { serverName: 'tls_server_name', cert: 'client_cert', key: 'client_key' });
  if (token.isPresent) token.take();
  return {
    server: {
      ...(address !== undefined && { address }),
      ...(region !== undefined && { region }),
      ...(token.isPresent && { token: '${NOMAD_TOKEN}' }),
      ...(tls !== undefined && { tls }),
    },
    warnings: token.isPresent
      ? [{ path: token.place, message: 'is not copied: set NOMAD_TOKEN in the environment of the worker' }]
      : [],
  };
}

/** Paths of files become placeholders, which the worker replaces with the content. */
export function tlsOf(
  fields: Fields,
  names: { readonly serverName?: string; readonly cert?: string; readonly key?: string } = {},
): Readonly<Record<string, unknown>> | undefined {
  const file = (name: string | undefined) => {
    const path = name === undefined ? undefined : optionalText(fields.at(name));
    return path === undefined ? undefined : `\${file:${path}}`;
  };
  const [ca, cert, key] = ['ca_cert', names.cert, names.key].map(file);
  const serverName = names.serverName === undefined ? undefined : optionalText(fields.at(names.serverName));
  const isUnverified = optional(fields.at('skip_verify'), flagOf) === true;
  const tls = {
    ...(ca !== undefined && { ca }),
    ...(cert !== undefined && { cert }),
    ...(key !== undefined && { key }),
    ...(serverName !== undefined && { serverName }),
    ...(isUnverified && { verify: false }),
  };
  return Object.keys(tls).length === 0 ? undefined : tls;
}

/** Each part of the configuration that no policy uses, once. */
function leftIn(root: Fields): readonly Warning[] {
  const depth = (path: readonly PropertyKey[]) => (path[0] === 'nomad' || path[0] === 'policy' ? 3 : 2);
  const paths = root.unread().filter(([first]) => keys.includes(String(first)));
  const places = paths.map((path) => root.at(...path.slice(0, depth(path)).map(asKey)).place);
  return [...new Set(places)].map((path) => ({
    path,
    message: 'is left out: no imported policy uses it, or it is about the autoscaler itself',
  }));
}
