/** Reads YAML as far as completion needs it, also while someone writes it: which keys it has, and where the cursor is. */

/** Keys of mappings, and indexes of lists. */
export type Path = readonly (string | number)[];

export interface Entry {
  /** Of the mapping. */
  readonly path: Path;
  readonly key: string;
  /** As written, without quotes. Empty for a mapping or a list on the next lines. */
  readonly value: string;
}

export interface Place {
  readonly kind: 'key' | 'value';
  /** Of the mapping in which a key is written, or of the value. */
  readonly path: Path;
  /** What is written before the cursor. */
  readonly prefix: string;
  /** The text between these offsets is replaced. */
  readonly from: number;
  readonly to: number;
  readonly isInBraces: boolean;
  /** The column of the key, from 0. */
  readonly indent: number;
}

export interface Outline {
  readonly entries: readonly Entry[];
  /** Null in a comment, and wherever neither a key nor a value can be written. */
  readonly place: Place | null;
}

/** @param cursor an offset in the text. */
export function outlineOf(text: string, cursor: number): Outline {
  const reader = new Reader(text, cursor);
  reader.read();
  return { entries: reader.entries, place: reader.place };
}

export const samePath = (one: Path, other: Path): boolean =>
  one.length === other.length && one.every((step, index) => step === other[index]);

interface Level {
  readonly indent: number;
  readonly step: string | number;
}

/** One mapping or list in braces or brackets. */
interface Frame {
  readonly isMapping: boolean;
  readonly path: Path;
  key: string | null;
  index: number;
}

const keyPattern = /^(?:"([^"]*)"|'([^']*)'|([^\s"'#{}[\],&*!|>%@`:-][^:#{}[\],]*?))\s*:(?=\s|$)/;

class Reader {
  readonly entries: Entry[] = [];
  place: Place | null = null;
  #levels: Level[] = [];

  constructor(
    private readonly text: string,
    private readonly cursor: number,
  ) {}

  read(): void {
    for (let at = 0; at <= this.text.length;) {
      const end = endOfEntry(this.text, at);
      at = this.#readLine(at, end) + 1;
    }
  }

  /** One line, or several where braces are open. @returns where it ends. */
  #readLine(start: number, end: number): number {
    let at = start + spacesAt(this.text, start, end);
    while (this.text[at] === '-' && /^-(?:\s|$)/.test(this.text.slice(at, end))) {
      this.#openItem(at - start);
      at += 1 + spacesAt(this.text, at + 1, end);
    }
    const rest = this.text.slice(at, end);
    const isHere = this.cursor >= start && this.cursor <= end;
    if (rest === '') {
      if (isHere) this.#mark('key', this.#pathAt(this.cursor - start), this.cursor, this.cursor - start);
      return end;
    }
    if (rest.startsWith('#')) return end;
    const match = keyPattern.exec(rest);
    if (match) return this.#readPair(start, at, end, match);
    if (/^[{[]/.test(rest)) this.#readBraces(at, end, this.#pathAt(at - start));
    else if (isHere && this.cursor >= at) this.#mark('key', this.#pathAt(at - start), at, at - start);
    return end;
  }

  #readPair(start: number, at: number, end: number, [whole, double, single, plain = '']: RegExpExecArray): number {
    const key = double ?? single ?? plain;
    const parent = this.#pathAt(at - start);
    this.#levels = [...this.#levels.filter(({ indent }) => indent < at - start), { indent: at - start, step: key }];
    const afterColon = at + whole.length;
    const valueAt = afterColon + spacesAt(this.text, afterColon, end);
    const value = withoutComment(this.text.slice(valueAt, end));
    this.entries.push({ path: parent, key, value: unquoted(value) });
    if (this.cursor >= at && this.cursor < afterColon) this.#mark('key', parent, at, at - start);
    if (/^[{[]/.test(value)) this.#readBraces(valueAt, end, [...parent, key]);
    else if (this.cursor > afterColon && this.cursor <= end && !isInComment(this.text.slice(afterColon, this.cursor))) {
      this.#mark('value', [...parent, key], Math.min(valueAt, this.cursor), at - start);
    }
    return /^[|>][-+\d]*$/.test(value) ? endOfBlock(this.text, end, at - start) : end;
  }

  #readBraces(from: number, end: number, path: Path): void {
    const frames: Frame[] = [];
    let token = from;
    const finish = (at: number) => {
      const frame = frames.at(-1);
      if (frame?.isMapping && frame.key !== null) {
        this.entries.push({ path: frame.path, key: frame.key, value: unquoted(this.text.slice(token, at).trim()) });
      }
    };
    for (let at = from; at <= end; at += 1) {
      const frame = frames.at(-1);
      if (at === this.cursor && frame) this.#markInBraces(frame, token);
      const character = this.text[at] ?? '';
      if (at === end || (frame === undefined && at > from)) break;
      if (opensQuote(this.text, at)) at = endOfQuote(this.text, at, end);
      else if (character === '{' || character === '[') {
        if (frame?.isMapping && frame.key !== null) this.entries.push({ path: frame.path, key: frame.key, value: '' });
        frames.push({ isMapping: character === '{', path: frame ? inside(frame) : path, key: null, index: 0 });
        token = at + 1;
      } else if (character === '}' || character === ']') {
        finish(at);
        frames.pop();
        token = at + 1;
        const outer = frames.at(-1);
        // What was in the braces is not the value of the key before them.
        if (outer?.isMapping) outer.key = null;
      } else if (character === ',' && frame) {
        finish(at);
        frame.key = null;
        frame.index += 1;
        token = at + 1;
      } else if (character === ':' && frame?.isMapping && /^(?:[\s,}]|$)/.test(this.text.slice(at + 1, at + 2))) {
        frame.key = unquoted(this.text.slice(token, at).trim());
        token = at + 1;
      } else if (character === '#' && /\s/.test(this.text[at - 1] ?? '')) {
        at = Math.min(end, lineEnd(this.text, at)) - 1;
      }
    }
    finish(end);
  }

  #markInBraces(frame: Frame, token: number): void {
    const from = token + (/^\s*/.exec(this.text.slice(token, this.cursor))?.[0].length ?? 0);
    if (frame.isMapping && frame.key === null) this.#mark('key', frame.path, from, 0, true);
    else if (from > token || !frame.isMapping) this.#mark('value', inside(frame), from, 0, true);
  }

  #mark(kind: Place['kind'], path: Path, from: number, indent: number, isInBraces = false): void {
    const rest = /^[\w.%-]*/.exec(this.text.slice(this.cursor))?.[0] ?? '';
    const prefix = this.text.slice(from, this.cursor);
    this.place = { kind, path, prefix, from, to: this.cursor + rest.length, isInBraces, indent };
  }

  /** The mapping or list to which something in this column belongs. */
  #pathAt(column: number): Path {
    return this.#levels.filter(({ indent }) => indent < column).map(({ step }) => step);
  }

  /** A list may begin in the column of its key. */
  #openItem(column: number): void {
    const before = this.#levels.find(({ indent, step }) => indent === column && typeof step === 'number');
    const index = typeof before?.step === 'number' ? before.step + 1 : 0;
    const outer = this.#levels.filter(
      ({ indent, step }) => indent < column || (indent === column && typeof step === 'string'),
    );
    this.#levels = [...outer, { indent: column, step: index }];
  }
}

const inside = ({ isMapping, path, key, index }: Frame): Path => [...path, isMapping ? (key ?? '') : index];

/** The end of the line, or of the last line on which braces that it opens are still open. */
function endOfEntry(text: string, start: number): number {
  const indent = spacesAt(text, start, text.length);
  let depth = 0;
  for (let at = start; at < text.length; at += 1) {
    const character = text[at] ?? '';
    if (opensQuote(text, at)) at = endOfQuote(text, at, lineEnd(text, at));
    else if (character === '#' && (at === start || /\s/.test(text[at - 1] ?? ''))) at = lineEnd(text, at) - 1;
    else if (character === '{' || character === '[') depth += 1;
    else if (character === '}' || character === ']') depth -= 1;
    else if (character === '\n') {
      const next = spacesAt(text, at + 1, text.length);
      // Braces that are not closed yet end where the text goes on outside them.
      if (depth <= 0 || next <= indent) return at;
    }
  }
  return text.length;
}

/** A block scalar ends before the first line that is not indented more than its key. */
function endOfBlock(text: string, end: number, indent: number): number {
  for (let at = end; at < text.length;) {
    const next = lineEnd(text, at + 1);
    const line = text.slice(at + 1, next);
    if (line.trim() !== '' && spacesAt(line, 0, line.length) <= indent) return at;
    at = next;
  }
  return text.length;
}

function lineEnd(text: string, from: number): number {
  const found = text.indexOf('\n', from);
  return found === -1 ? text.length : found;
}

function spacesAt(text: string, from: number, end: number): number {
  let at = from;
  while (at < end && text[at] === ' ') at += 1;
  return at - from;
}

function opensQuote(text: string, at: number): boolean {
  return /["']/.test(text[at] ?? '') && /[\s{[,:]/.test(text[at - 1] ?? ' ');
}

/** The closing quote, or the end. */
function endOfQuote(text: string, at: number, end: number): number {
  const found = text.indexOf(text[at] ?? '', at + 1);
  return found === -1 || found > end ? end - 1 : found;
}

function isInComment(text: string): boolean {
  return /(?:^|\s)#/.test(text);
}

function withoutComment(text: string): string {
  return text.replace(/(?:^|\s)#[^\n]*$/, '').trim();
}

function unquoted(text: string): string {
  return /^(["']).*\1$/s.test(text) ? text.slice(1, -1) : text;
}
