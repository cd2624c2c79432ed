/** Writes a configuration as YAML, with a comment on each resource. */
import { Document, isMap, isScalar } from 'yaml';
import type { ShownConfig } from './shown.js';

/** Comments say where each resource is set, and what applies to it including the defaults. */
export function yamlText({ file, configuration, resources }: ShownConfig): string {
  // An object that occurs twice is written twice, and no long text is folded.
  const document = new Document(configuration, { aliasDuplicateObjects: false });
  document.commentBefore = ` The configuration in force${file === undefined ? ', from the environment' : ''}`;
  const written = document.get('resources');
  const pairs = isMap(written) ? written.items : [];
  for (const [index, { key }] of pairs.entries()) {
    if (!isScalar(key)) continue;
    const found = resources.find(({ resource }) => resource === key.value);
    if (found === undefined) continue;
    key.commentBefore = [` From ${found.from}`, ` ${found.inForce}`].join('\n');
    key.spaceBefore = index > 0;
  }
  return document.toString({ lineWidth: 0 });
}
