/** Replaces `${NAME}`, `${NAME:-default}` and `${file:/run/secrets/x}` in any string of a configuration. */
import { readFile } from 'node:fs/promises';
import type { Problem } from '../../domain/written/problem.js';
import { fileErrorCode } from '../problem.js';
import type { PathProblem } from './issue-words.js';
import { isMapping, type Path } from './path.js';

export type Environment = Readonly<Record<string, string | undefined>>;

/** In place of an environment: no variable and no file is read, so that every placeholder is missing. */
export const unread = null;
type Surroundings = Environment | typeof unread;

/** A string that contains placeholders. */
export interface Placeholder {
  readonly path: Path;
  /** `${NAME}`, `${file:/path}`: the text that messages show instead of a value. */
  readonly sources: readonly string[];
  /** The values from these sources. */
  readonly secrets: readonly string[];
  /** The whole string with its values. Absent where one of the values is not available on this machine. */
  readonly value?: string;
  /** Why there is no value. `missing`: another machine may have the value. `malformed`: no machine can have one. */
  readonly problem?: Problem & { readonly kind: 'missing' | 'malformed' };
}

interface Interpolated {
  /** A copy of the input, with placeholders replaced. A placeholder without a value stays as written. */
  readonly value: unknown;
  readonly placeholders: readonly Placeholder[];
}

/**
 * A replaced value is not searched for placeholders again.
 * @param isLeftAlone returns true for strings that stay as they are written.
 */
export async function interpolate(
  given: unknown,
  environment: Surroundings,
  isLeftAlone: (path: Path) => boolean = () => false,
): Promise<Interpolated> {
  const placeholders: Placeholder[] = [];

  async function copy(value: unknown, path: Path): Promise<unknown> {
    if (typeof value === 'string' && value.includes('${') && !isLeftAlone(path)) {
      const placeholder = await resolve(value, path, environment);
      placeholders.push(placeholder);
      return placeholder.value ?? value;
    }
    if (Array.isArray(value)) return Promise.all(value.map((item, index) => copy(item, [...path, index])));
    if (!isMapping(value)) return value;
    const entries = Object.entries(value).map(async ([key, item]) => [key, await copy(item, [...path, key])] as const);
    return Object.fromEntries(await Promise.all(entries));
  }

  const value = await copy(given, []);
  return { value, placeholders };
}

/** Returns the errors in the placeholders themselves. */
export function placeholderProblems(placeholders: readonly Placeholder[], ...kinds: NoValue['kind'][]): PathProblem[] {
  return placeholders.flatMap(({ path, problem: why }) =>
    why && kinds.includes(why.kind) ? [{ path, problem: why.problem, fix: why.fix }] : [],
  );
}

/** Matches everything from `${` to the next `}`, including invalid placeholders, which are then rejected. */
const placeholderPattern = /\$\{([^}]*)(\}?)/g;
const variablePattern = /^([A-Za-z_][A-Za-z0-9_]*)(?::-(.*))?$/s;

async function resolve(written: string, path: Path, environment: Surroundings): Promise<Placeholder> {
  const found = [...written.matchAll(placeholderPattern)];
  const parts = await Promise.all(found.map(([, inner = '', end]) => lookUp(end ? inner : '', environment)));
  const secrets = parts.filter((part) => typeof part === 'string');
  const sources = sourcesIn(written);
  const problem = parts.find((part) => typeof part !== 'string');
  if (problem) return { path, sources, secrets, problem };
  let next = 0;
  const value = written.replaceAll(placeholderPattern, () => secrets[next++] ?? '');
  return { path, sources, secrets, value };
}

/** `${NAME}`, `${file:/path}`: without defaults, which may be secrets. */
export function sourcesIn(written: string): string[] {
  return [...written.matchAll(placeholderPattern)].map(([, inner = '']) => `\${${inner.replace(/:-.*$/s, '')}}`);
}

type NoValue = NonNullable<Placeholder['problem']>;

const malformed: NoValue = {
  kind: 'malformed',
  problem: 'contains an invalid placeholder',
  fix: 'write ${NAME}, ${NAME:-default} or ${file:/path}',
};

const notRead: NoValue = { kind: 'missing', problem: 'is not read' };

async function lookUp(inner: string, environment: Surroundings): Promise<string | NoValue> {
  if (environment === unread) return inner === '' ? malformed : notRead;
  if (inner.startsWith('file:')) return readSecret(inner.slice('file:'.length));
  const [, name, fallback] = variablePattern.exec(inner) ?? [];
  if (name === undefined) return malformed;
  const value = environment[name];
  // As in a shell, the default also replaces an empty value.
  if (fallback !== undefined) return value === undefined || value === '' ? fallback : value;
  const fix = `set ${name}, or write \${${name}:-default}`;
  return value ?? { kind: 'missing', problem: `the environment variable ${name} is not set`, fix };
}

/** A file with a secret ends in a line break that is not part of the secret. */
async function readSecret(path: string): Promise<string | NoValue> {
  if (path === '') return malformed;
  try {
    return (await readFile(path, 'utf8')).replace(/\r?\n$/, '');
  } catch (error) {
    const problem = `the file ${path} cannot be read (${fileErrorCode(error)})`;
    return { kind: 'missing', problem, fix: 'create the file, or correct the path' };
  }
}
