/** A source from its settings, as a worker makes it of a signal whose placeholders are resolved. */
import { sources } from '../../src/adapters/sources/registry.js';
import type { Source, SourceContext } from '../../src/adapters/sources/source.js';
import { problemOf } from '../../src/domain/written/issue.js';
import { problemText } from '../../src/domain/written/problem.js';

/** @throws Error naming each setting that is invalid. */
export function createSource(type: string, settings: unknown, context: SourceContext): Source {
  const definition = sources.find(type);
  if (!definition) throw new Error(`there is no source type ${type}`);
  const parsed = definition.settings.safeParse(settings);
  if (parsed.success) return definition.create(parsed.data, context);
  const problems = parsed.error.issues.map(
    (issue) => `${issue.path.join('.') || 'settings'}: ${problemText(problemOf(issue))}`,
  );
  throw new Error(`signal "${context.signal}", ${type}: ${problems.join('; ')}`);
}
