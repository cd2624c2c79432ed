/** Writes the imported resources as a person would write escapement.yaml. */
import {
  Document,
  isCollection,
  isMap,
  isNode,
  isPair,
  isScalar,
  isSeq,
  visit,
  type YAMLMap,
  type YAMLSeq,
} from 'yaml';
import type { ImportedResource } from './importer.js';

export interface Configuration {
  readonly version: 1;
  readonly resources: Readonly<Record<string, unknown>>;
}

export function configurationOf(resources: readonly ImportedResource[]): Configuration {
  return { version: 1, resources: Object.fromEntries(resources.map(({ alias, fields }) => [alias, fields])) };
}

export function writeYaml(resources: readonly ImportedResource[]): string {
  const document = new Document(configurationOf(resources), { aliasDuplicateObjects: false });
  visit(document, {
    // A mapping of plain values is one line, if it fits into one.
    Collection(_, node) {
      const isShort = node.items.every((item) => !isCollection(isPair(item) ? item.value : item));
      const isLeaf = (isMap(node) || isSeq(node)) && isShort && node.items.length > 0 && fitsIntoLine(node);
      if (isLeaf) node.flow = true;
    },
  });
  for (const { alias, comments } of resources) {
    for (const { path, above, after } of comments) {
      const at = ['resources', alias, ...path];
      const parent = document.getIn(at.slice(0, -1), true);
      const node = document.getIn(at, true);
      const pair = isMap(parent) ? parent.items.find(({ key }) => isScalar(key) && key.value === at.at(-1)) : undefined;
      const place = isNode(pair?.key) ? pair.key : node;
      if (above !== undefined && isNode(place)) place.commentBefore = above;
      if (after !== undefined && isNode(node)) node.comment = after;
    }
  }
  return document.toString({ lineWidth: 150, flowCollectionPadding: true });
}

/** Leaves room for the indentation and the key. */
function fitsIntoLine(node: YAMLMap | YAMLSeq): boolean {
  return JSON.stringify(node.toJSON()).length <= 120;
}
