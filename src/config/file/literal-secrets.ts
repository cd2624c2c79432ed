/** Finds secrets that are written in a policy itself, and puts a placeholder in their place. */
import { isMap, isPair, isScalar, isSeq, parseDocument, type Scalar } from 'yaml';
import { formatPath, type Path } from './path.js';

interface WithoutSecrets {
  readonly text: string;
  /** The paths of the settings that were replaced. */
  readonly hidden: readonly string[];
}

/** @param policy valid YAML: what is written under `autoscale:`. */
export function withoutLiteralSecrets(policy: string): WithoutSecrets {
  const document = parseDocument(policy);
  const secrets = scalarsIn(document.contents, []).filter(({ path, node }) => isSecret(path, node.value));
  const text = secrets.reduceRight((rest, { path, node }) => replaced(rest, node, placeholderFor(path)), policy);
  return { text, hidden: secrets.map(({ path }) => formatPath(path)) };
}

interface Found {
  readonly path: Path;
  readonly node: Scalar;
}

/** In the order of the text. */
function scalarsIn(node: unknown, path: Path): Found[] {
  if (isScalar(node)) return [{ path, node }];
  if (isSeq(node)) return node.items.flatMap((item, index) => scalarsIn(item, [...path, index]));
  if (!isMap(node)) return [];
  return node.items.flatMap((pair) =>
    isPair(pair) && isScalar(pair.key) ? scalarsIn(pair.value, [...path, String(pair.key.value)]) : [],
  );
}

/** Names of settings whose values nobody should read. `headers` and `key` count in any of the mappings that have them. */
const secretName =
  /pass(word|phrase)|secret|token|credential|seed|api-?key|access-?key$|account-?key|connection-?string|authorization/i;
const userInAddress = /:\/\/[^/\s]*:[^/\s]*@/;
const secretInQuery = /[?&;][^=&;\s]*(key|token|sig|secret|pass)[^=&;\s]*=[^&;\s]/i;

/** Only the settings of a source can contain a secret. A value with a placeholder contains its name, and not its value. */
function isSecret([section, , ...setting]: Path, value: unknown): boolean {
  if (section !== 'signals' || setting.length === 0) return false;
  if (typeof value !== 'string' && typeof value !== 'number' && typeof value !== 'bigint') return false;
  const text = String(value);
  if (text === '' || text.includes('${')) return false;
  const names = setting.filter((key) => typeof key === 'string');
  const isInTls = names.includes('tls') && names.at(-1) === 'key';
  const isNamedSo = names.some((name) => name.toLowerCase() === 'headers' || secretName.test(name));
  return isInTls || isNamedSo || userInAddress.test(text) || secretInQuery.test(text);
}

/** `${DEPTH_PASSWORD}` for `signals.depth.password`. */
function placeholderFor([, ...names]: Path): string {
  const name = names.map(String).join('_').replaceAll(/\W/g, '_').toUpperCase();
  return `"\${${name}}"`;
}

function replaced(text: string, { range }: Scalar, by: string): string {
  const [from, to] = range ?? [0, 0];
  // The value of a block scalar contains its last line break.
  return text.slice(0, from) + by + (text.slice(from, to).endsWith('\n') ? '\n' : '') + text.slice(to);
}
