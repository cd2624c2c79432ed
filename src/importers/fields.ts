/**
 * Reads a document field by field, and remembers which fields were read. What no importer has read is in the report, so
 * that nothing of the input is lost silently.
 */
import { formatPath, isMapping, type Path } from '../config/file/path.js';
import { ImportError } from './importer.js';

export class Fields {
  constructor(
    /** The document, for messages: `HorizontalPodAutoscaler shop/web`. */
    private readonly document: string,
    private readonly value: unknown,
    readonly path: Path = [],
    private readonly read = new Set<string>(),
  ) {}

  at(...keys: readonly (string | number)[]): Fields {
    return keys.reduce<Fields>(({ value, path }, key) => {
      const inside = Array.isArray(value) || isMapping(value) ? (value as Record<string, unknown>)[key] : undefined;
      return new Fields(this.document, inside, [...path, key], this.read);
    }, this);
  }

  /** A field that contains another document, such as JSON in an annotation. */
  containing(value: unknown): Fields {
    return new Fields(this.document, value, this.path, this.read);
  }

  get isPresent(): boolean {
    return this.value !== undefined && this.value !== null;
  }

  get isList(): boolean {
    return Array.isArray(this.value);
  }

  get place(): string {
    return `${this.document} ${formatPath(this.path)}`;
  }

  /** The text, without marking it as read. */
  peek(): string | undefined {
    return typeof this.value === 'string' ? this.value : undefined;
  }

  /** The value, without marking it as read. */
  peekValue(): unknown {
    return this.value;
  }

  /** Marks the field and all below it as read. */
  take(): unknown {
    this.read.add(formatPath(this.path));
    return this.value;
  }

  items(): readonly Fields[] {
    if (!this.isPresent) return [];
    if (!Array.isArray(this.value)) throw this.invalid('is not a list');
    return this.value.map((_, index) => this.at(index));
  }

  entries(): readonly (readonly [string, Fields])[] {
    if (!this.isPresent) return [];
    if (!isMapping(this.value)) throw this.invalid('is not a mapping');
    return Object.keys(this.value).map((key) => [key, this.at(key)]);
  }

  text(): string {
    const value = this.take();
    if (typeof value === 'number') return String(value);
    if (typeof value !== 'string' || value === '') throw this.invalid(this.isPresent ? 'is not a text' : 'is missing');
    return value;
  }

  optionalText(): string | undefined {
    return this.isPresent && this.value !== '' ? this.text() : undefined;
  }

  whole(): number {
    const value = this.take();
    if (typeof value !== 'number' || !Number.isInteger(value) || value < 0) {
      throw this.invalid(this.isPresent ? 'is not a whole number from 0' : 'is missing');
    }
    return value;
  }

  invalid(problem: string): ImportError {
    return new ImportError(`${this.place} ${problem}.`);
  }

  /** The paths of the values that were not read, from here. */
  unread(): readonly Path[] {
    if (this.read.has(formatPath(this.path)) || !this.isPresent) return [];
    const keys: readonly (string | number)[] = Array.isArray(this.value)
      ? [...this.value.keys()]
      : isMapping(this.value)
        ? Object.keys(this.value)
        : [];
    return keys.length === 0 ? [this.path] : keys.flatMap((key) => this.at(key).unread());
  }

  /** Like `unread`, but a part of which nothing was read is one path. */
  unreadParts(): readonly Path[] {
    if (this.read.has(formatPath(this.path)) || !this.isPresent) return [];
    const inside = this.isList ? this.items() : isMapping(this.value) ? this.entries().map(([, each]) => each) : [];
    const parts = inside.filter(({ isPresent }) => isPresent).map((each) => ({ each, left: each.unreadParts() }));
    const isWhole = parts.every(({ each, left }) => left.length === 1 && left[0]?.length === each.path.length);
    return isWhole ? [this.path] : parts.flatMap(({ left }) => left);
  }
}
