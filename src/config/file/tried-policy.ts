/** Reads a policy that someone tries: what is written under `autoscale:`, with every check of a file and nothing of this machine. */
import { canLeaveZero } from '../../domain/autoscale/from-zero.js';
import type { AutoscaleSettings } from '../../domain/autoscale/settings.js';
import { AutoscaleError, compileAutoscale } from '../../domain/autoscale/spec.js';
import type { ScaleSettings } from '../../domain/scale/settings.js';
import type { Problem } from '../../domain/written/problem.js';
import { checkExpressions } from '../checks/expressions.js';
import { checkStandIns } from '../checks/stand-ins.js';
import type { WrittenPolicy } from '../config.js';
import { autoscaleSchema } from '../schema/autoscale.js';
import { cannotLeaveZero } from '../schema/resource.js';
import type { PathProblem } from './issue-words.js';
import { parseWritten } from './parse-written.js';
import { isInside, isMapping, type Path } from './path.js';
import { type Placeholder, placeholderProblems, sourcesIn, unread } from './placeholders.js';
import { checkAdapters, isAdapterSetting } from './written-adapters.js';
import { readYaml, type YamlFile } from './yaml-file.js';

/** What applies to the resource now. */
export interface InForce {
  readonly settings: AutoscaleSettings;
  readonly limits: ScaleSettings;
  readonly placeholders: WrittenPolicy['placeholders'];
}

export interface PolicyProblem extends Problem {
  /** Within `autoscale`. */
  readonly path: Path;
  /** From 1, in the text. Absent where the policy was not text. */
  readonly line?: number;
  readonly column?: number;
}

type TriedPolicy = { readonly settings: AutoscaleSettings } | { readonly problems: readonly PolicyProblem[] };

/**
 * No environment variable and no file is read. Only a placeholder that the policy in force has in its own fields is
 * replaced, by the value that it has there. Placeholders in the settings of sources stay as they are.
 * @param given YAML, or the value.
 */
export async function readTriedPolicy(given: unknown, inForce: InForce): Promise<TriedPolicy> {
  const yaml = typeof given === 'string' ? readYaml(given, '') : undefined;
  if (yaml && !('value' in yaml))
    return { problems: yaml.map((found) => ({ path: [], ...wordsOf(found), ...positionOf(found) })) };
  const placeholders: Placeholder[] = [];
  const value = resolved(yaml ? yaml.value : given, [], inForce.placeholders, placeholders);
  const checked = await check(value, placeholders, inForce);
  if ('settings' in checked) return checked;
  const problems = checked.problems.map((found) => located(withoutValues(found, placeholders), yaml));
  return { problems: problems.toSorted((one, other) => (one.line ?? 0) - (other.line ?? 0)) };
}

type Checked = { readonly settings: AutoscaleSettings } | { readonly problems: readonly PathProblem[] };

async function check(value: unknown, placeholders: readonly Placeholder[], inForce: InForce): Promise<Checked> {
  const parsed = parseWritten(autoscaleSchema, value, placeholders);
  const hasSignals = isMapping(value) && Object.hasOwn(value, 'signals');
  const known = Object.fromEntries(inForce.settings.signals.map((name) => [name, {}]));
  const resource = { autoscale: isMapping(value) && !hasSignals ? { ...value, signals: known } : value };
  const problems = [
    ...placeholderProblems(placeholders, 'missing'),
    ...parsed.problems,
    ...[...checkExpressions(resource), ...checkStandIns(resource)].map(inside),
    ...(await checkAdapters({ autoscale: value }, unread)).problems.map(inside),
  ];
  if (problems.length > 0 || !parsed.output) return { problems };
  const { settings: written } = parsed.output;
  const { signals, sampling } = inForce.settings;
  const settings = hasSignals ? written : { ...written, signals, ...(sampling && { sampling }) };
  const contradictions = contradictionsIn(settings, inForce.limits);
  return contradictions.length > 0 ? { problems: contradictions } : { settings };
}

function inside({ path, ...found }: PathProblem): PathProblem {
  return { ...found, path: path.slice(1) };
}

/** Between the policy and the bounds of the resource, and what only compiling shows. */
function contradictionsIn(settings: AutoscaleSettings, limits: ScaleSettings): PathProblem[] {
  if (limits.min === 0 && !canLeaveZero(settings)) return [{ path: ['policies'], ...cannotLeaveZero }];
  try {
    compileAutoscale(settings, limits);
    return [];
  } catch (error) {
    if (!(error instanceof AutoscaleError)) throw error;
    return [{ path: error.path, ...error.told }];
  }
}

const unknownPlaceholder = {
  problem: 'contains a placeholder that the policy in force does not have',
  fix: 'write the value here, and the placeholder in the file',
};

function resolved(value: unknown, path: Path, known: InForce['placeholders'], found: Placeholder[]): unknown {
  if (Array.isArray(value)) return value.map((item, index) => resolved(item, [...path, index], known, found));
  if (isMapping(value)) {
    const entries = Object.entries(value);
    return Object.fromEntries(entries.map(([key, item]) => [key, resolved(item, [...path, key], known, found)]));
  }
  if (typeof value !== 'string' || !value.includes('${') || isAdapterSetting(['defaults', 'autoscale', ...path])) {
    return value;
  }
  const replacement = Object.hasOwn(known, value) ? known[value] : undefined;
  const sources = sourcesIn(value);
  if (replacement === undefined)
    found.push({ path, sources, secrets: [], problem: { kind: 'missing', ...unknownPlaceholder } });
  else found.push({ path, sources, secrets: [replacement], value: replacement });
  return replacement ?? value;
}

/** A problem of a value that came from a placeholder names the placeholder, and says nothing else of the value. */
function withoutValues(found: PathProblem, placeholders: readonly Placeholder[]): PathProblem {
  const sources = placeholders.filter(({ path, value }) => value !== undefined && isInside(path, found.path));
  if (sources.length === 0) return found;
  const names = sources.flatMap((placeholder) => placeholder.sources).join(', ');
  return { path: found.path, problem: 'is invalid', fix: `check the value of ${names}` };
}

function located(found: PathProblem, yaml: YamlFile | undefined): PolicyProblem {
  const position = found.isAboutKey ? yaml?.positionOfKey(found.path) : yaml?.positionOf(found.path);
  return { path: found.path, ...wordsOf(found), ...positionOf(position ?? {}) };
}

function wordsOf({ problem, fix }: Problem): Problem {
  return { problem, ...(fix !== undefined && { fix }) };
}

function positionOf({ line, column }: { readonly line?: number | undefined; readonly column?: number | undefined }) {
  return { ...(line !== undefined && { line }), ...(column !== undefined && { column }) };
}
