/** The comments of a YAML document, each of which an importer carries over or the report names. */
import { isCollection, isMap, isNode, isScalar, isSeq, type Document, type Node, visit } from 'yaml';
import type { Path } from '../config/file/path.js';

type Field = 'commentBefore' | 'comment';

export class Comments {
  /** What was read, as the node (or the document) and which of its comments. */
  readonly #read = new Map<Document | Node, Set<Field>>();

  constructor(private readonly document: Document) {}

  /** The comment above a value, or at the end of its line. Empty path: above the document. */
  at(path: Path): string | undefined {
    const { document } = this;
    const parent = path.length < 2 ? document.contents : document.getIn(path.slice(0, -1), true);
    const key = path.at(-1);
    const own = path.length === 0 ? document.contents : document.getIn(path, true);
    const pair = isMap(parent) ? parent.items.find((item) => isScalar(item.key) && item.key.value === key) : undefined;
    const first = isMap(own) ? own.items[0]?.key : undefined;
    const comments = [
      path.length === 0 ? this.#take(document, 'commentBefore') : undefined,
      // The comment above the first item of a list belongs to the list.
      isSeq(parent) && key === 0 ? this.#take(parent, 'commentBefore') : undefined,
      this.#take(pair?.key, 'commentBefore'),
      isSeq(own) ? undefined : this.#take(own, 'commentBefore'),
      this.#take(first, 'commentBefore'),
      isCollection(own) ? undefined : this.#take(own, 'comment'),
    ].filter((comment) => comment !== undefined);
    return comments.length === 0 ? undefined : comments.join('\n');
  }

  /** The comments that nothing has read, in their order. Empty if nothing was read: the document was ignored. */
  left(): readonly string[] {
    if (this.#read.size === 0) return [];
    const left: string[] = [];
    const add = (holder: Document | Node, field: Field) => {
      const comment = holder[field];
      if (typeof comment === 'string' && !this.#read.get(holder)?.has(field)) left.push(comment);
    };
    add(this.document, 'commentBefore');
    visit(this.document, {
      Node: (_, node) => {
        add(node, 'commentBefore');
        add(node, 'comment');
      },
    });
    add(this.document, 'comment');
    return left.flatMap((comment) => comment.split('\n')).filter((line) => line.trim() !== '');
  }

  #take(holder: unknown, field: Field): string | undefined {
    if (holder !== this.document && !isNode(holder)) return undefined;
    // The document is no node, and the only other holder of comments.
    const node = holder as Document | Node;
    this.#read.set(node, (this.#read.get(node) ?? new Set()).add(field));
    const comment = node[field];
    return typeof comment === 'string' && comment !== '' ? comment : undefined;
  }
}
