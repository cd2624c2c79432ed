/**
 * Blocks of HCL, in each form in which JSON has them. `check "cpu" { ... }` is
 * `{ "check": { "cpu": [{ ... }] } }` from a file, and `{ "check": [{ "cpu": [{ ... }] }] }` from the API of Nomad.
 */
import type { Fields } from '../fields.js';
import { goDurationMs } from '../go-duration.js';

/** The content of a block without a label. */
export function block(field: Fields): Fields {
  return field.isList ? field.at(0) : field;
}

/** The blocks with a label, in their order. */
export function blocks(field: Fields): readonly (readonly [label: string, content: Fields])[] {
  const mappings = field.isList ? field.items() : [field];
  return mappings.flatMap((mapping) => mapping.entries().map(([label, content]) => [label, block(content)] as const));
}

/** A field that the files of Nomad write in small letters, and its API with a capital: `min` and `Min`. */
export function either(fields: Fields, name: string): Fields {
  const capital = fields.at(name.slice(0, 1).toUpperCase() + name.slice(1));
  return capital.isPresent ? capital : fields.at(name);
}

/** @throws ImportError if the text has an expression, which only Nomad can compute. */
export function textOf(field: Fields): string {
  const text = field.text();
  if (!text.includes('${')) return text;
  throw field.invalid(
    `contains an expression (${text}). Let Nomad compute it: nomad job run -output job.nomad.hcl | escapement import nomad -`,
  );
}

export function optionalText(field: Fields): string | undefined {
  return field.isPresent && field.peek() !== '' ? textOf(field) : undefined;
}

/** A number, also as a text, as the strategies read it. */
export function numberOf(field: Fields): number {
  const value = Number(textOf(field));
  if (!Number.isFinite(value)) throw field.invalid('is not a number');
  return value;
}

export function wholeOf(field: Fields): number {
  const value = numberOf(field);
  if (!Number.isInteger(value)) throw field.invalid('is not a whole number');
  return value;
}

export function optional<Value>(field: Fields, read: (field: Fields) => Value): Value | undefined {
  return field.isPresent ? read(field) : undefined;
}

/** A flag, also as a text. */
export function flagOf(field: Fields): boolean {
  const text = String(field.take());
  if (text !== 'true' && text !== 'false') throw field.invalid('is not true or false');
  return text === 'true';
}

export function durationOf(field: Fields): number {
  textOf(field);
  return goDurationMs(field);
}

/** Paths in a document of HCL or JSON have no symbols. */
export function asKey(key: PropertyKey): string | number {
  return typeof key === 'number' ? key : String(key);
}
