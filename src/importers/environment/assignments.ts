/** The variables of a text with one assignment a line: a `.env` file, a list of `export NAME=value`, the output of `env`. */
import { ImportError } from '../importer.js';

const name = /[ \t]*(?:(?:export|declare -x|set)[ \t]+)?([A-Za-z_][A-Za-z0-9_]*)/y;
const skipped = /[ \t]*(?:#[^\n]*)?(?:\r?\n|$)/y;
const singleQuoted = /'([^']*)'/y;
const doubleQuoted = /"((?:[^"\\]|\\[\s\S])*)"/y;
const unquoted = /([^\r\n]*)/y;

/** Whether the first line that is no comment assigns a value. YAML and JSON never begin so. */
export function isAssignments(text: string): boolean {
  const lines = text.split('\n').filter((line) => line.trim() !== '' && !line.trim().startsWith('#'));
  return /^\s*(?:(?:export|declare -x|set)\s+)?[A-Za-z_]\w*\s*=/.test(lines[0] ?? '');
}

/** Later values replace earlier ones, as in a shell. @throws ImportError naming the line, never its content. */
export function readAssignments(file: string, text: string): Readonly<Record<string, string>> {
  const variables: Record<string, string> = {};
  let at = text.startsWith('\uFEFF') ? 1 : 0;

  function next(pattern: RegExp): RegExpExecArray | null {
    pattern.lastIndex = at;
    const found = pattern.exec(text);
    if (found) at = pattern.lastIndex;
    return found;
  }

  const invalid = (): ImportError => {
    const line = text.slice(0, at).split('\n').length;
    return new ImportError(`${file}, line ${line} is not NAME=value.`);
  };

  while (at < text.length) {
    if (next(skipped)) continue;
    const [, variable] = next(name) ?? [];
    if (variable === undefined) throw invalid();
    // `export NAME` alone passes a variable on whose value is not here.
    if (next(skipped)) continue;
    if (!next(/[ \t]*=[ \t]*/y)) throw invalid();
    const quoted = next(singleQuoted)?.[1] ?? unescaped(next(doubleQuoted)?.[1]);
    variables[variable] = quoted ?? withoutComment(next(unquoted)?.[1] ?? '');
    if (quoted !== undefined && !next(skipped)) throw invalid();
  }
  return variables;
}

function unescaped(text: string | undefined): string | undefined {
  return text?.replaceAll(/\\([\s\S])/g, (_, character: string) => (character === 'n' ? '\n' : character));
}

function withoutComment(value: string): string {
  return value.replace(/(^|[ \t])#.*$/, '').trim();
}
