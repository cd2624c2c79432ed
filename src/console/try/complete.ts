/** What can be written at the cursor, from the JSON Schema of the API. */
import { type Entry, type Outline, outlineOf, type Path, type Place, samePath } from './outline.js';

/** The parts of a JSON Schema that completion reads. */
export interface Schema {
  readonly title?: string;
  readonly description?: string;
  readonly type?: string | readonly string[];
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly default?: unknown;
  readonly examples?: readonly unknown[];
  readonly required?: readonly string[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly additionalProperties?: Schema | boolean;
  readonly items?: Schema | boolean;
  readonly anyOf?: readonly Schema[];
  readonly oneOf?: readonly Schema[];
  readonly allOf?: readonly Schema[];
  readonly $ref?: string;
}

export interface Choice {
  readonly label: string;
  /** Replaces the text between the offsets of the completion. */
  readonly insert: string;
  /** The first sentence of the description; may be empty. */
  readonly detail: string;
}

export interface Completion {
  readonly from: number;
  readonly to: number;
  readonly choices: readonly Choice[];
}

/**
 * @param signals the names that expressions may use where the text names no signals.
 * @returns null where nothing is known.
 */
export function completionAt(
  text: string,
  cursor: number,
  schema: Schema,
  signals: readonly string[] = [],
): Completion | null {
  const outline = outlineOf(text, cursor);
  const { place } = outline;
  if (!place) return null;
  const all = place.kind === 'key' ? keysFor(schema, outline, place, text) : valuesFor(schema, outline, place);
  if (all === 'expression') return ofExpression(place, outline, signals);
  const choices = matching(all, place.prefix);
  return choices.length === 0 ? null : { from: place.from, to: place.to, choices };
}

function keysFor(schema: Schema, outline: Outline, place: Place, text: string): Choice[] {
  const hasColon = /^\s*:/.test(text.slice(place.to));
  const forms = formsAt(schema, place.path, outline.entries);
  const chosen = withType(forms, typeAt(outline.entries, place.path));
  const maps = chosen.filter(({ properties }) => properties);
  if (maps.length === 0) return itemsFor(forms, place);
  const word = text.slice(place.from, place.to);
  const written = outline.entries.filter(({ path, key }) => samePath(path, place.path) && key !== word);
  const taken = new Set(written.map(({ key }) => key));
  const required = new Set(maps.flatMap((form) => form.required ?? []));
  const names = namesIn(maps).filter((name) => !taken.has(name));
  return [...names.filter((name) => required.has(name)), ...names.filter((name) => !required.has(name))].map((name) => {
    const values = maps.flatMap(({ properties }) => properties?.[name] ?? []);
    return { label: name, insert: hasColon ? name : name + afterKey(values, place), detail: detailOf(values) };
  });
}

/** Where the type of a mapping is open, only the keys that every type has. */
function namesIn(maps: readonly Schema[]): string[] {
  const names = [...new Set(maps.flatMap(({ properties }) => Object.keys(properties ?? {})))];
  const hasTypes = maps.length > 1 && maps.every(({ properties }) => properties?.['type']);
  return hasTypes ? names.filter((name) => maps.every(({ properties }) => properties?.[name])) : names;
}

/** Where a list is expected, its next item; in a list of words, a word. */
function itemsFor(forms: readonly Schema[], place: Place): Choice[] {
  const items = forms.flatMap(({ items: item }) => formsOf(item));
  if (items.some(({ properties }) => properties?.['type']) && !place.isInBraces) {
    return [{ label: '- type', insert: '- type: ', detail: 'Another item of the list.' }];
  }
  return forms.flatMap((form) => constants(form).map((value) => asChoice(value, form)));
}

function afterKey(values: readonly Schema[], { isInBraces, indent }: Place): string {
  const forms = values.flatMap(formsOf);
  if (isInBraces || forms.length === 0) return ': ';
  const below = `:\n${' '.repeat(indent + 2)}`;
  if (forms.every(({ type }) => type === 'object')) return below;
  return forms.every(({ type }) => type === 'array') ? `${below}- ` : ': ';
}

function valuesFor(schema: Schema, outline: Outline, { path }: Place): Choice[] | 'expression' {
  const key = path.at(-1);
  const parents = formsAt(schema, path.slice(0, -1), outline.entries);
  if (key === 'type') return typesOf(parents);
  const forms = formsAt(schema, path, outline.entries);
  if (forms.some(({ title }) => title === 'expression')) return 'expression';
  const known = forms.flatMap((form) => {
    const values = form.type === 'boolean' ? [true, false] : constants(form);
    return [...values, ...(form.examples ?? [])].map((value) => asChoice(value, form));
  });
  return known.filter(({ label }, index) => known.findIndex((other) => other.label === label) === index);
}

function typesOf(parents: readonly Schema[]): Choice[] {
  return parents.flatMap((form) => {
    const types = formsOf(form.properties?.['type']).flatMap(constants);
    return types.map((type) => ({
      label: String(type),
      insert: String(type),
      detail: firstSentence(form.description),
    }));
  });
}

function ofExpression(place: Place, { entries }: Outline, signals: readonly string[]): Completion | null {
  const own = entries.filter(({ path }) => samePath(path, ['signals'])).map(({ key }) => key);
  const names = [...(own.length > 0 ? own : signals), 'current'];
  const [word = ''] = /[A-Za-z_]\w*$/.exec(place.prefix) ?? [];
  const all = names.map((name) => ({
    ...{ label: name, insert: name },
    detail: name === 'current' ? 'The capacity.' : 'A signal.',
  }));
  const choices = matching(all, word);
  return choices.length === 0 ? null : { from: place.from + place.prefix.length - word.length, to: place.to, choices };
}

/** What begins with the text, and then what contains it. */
function matching(choices: readonly Choice[], written: string): Choice[] {
  const wanted = written.replace(/^["']/, '').toLowerCase();
  const begins = choices.filter(({ label }) => label.toLowerCase().startsWith(wanted));
  const contains = choices.filter((choice) => !begins.includes(choice) && choice.label.toLowerCase().includes(wanted));
  return [...begins, ...contains];
}

/** All forms that the value at a path may have. */
function formsAt(schema: Schema, path: Path, entries: readonly Entry[]): Schema[] {
  return path.reduce<Schema[]>((forms, step, index) => {
    if (typeof step === 'number') return forms.flatMap(({ items }) => formsOf(items));
    const chosen = withType(forms, typeAt(entries, path.slice(0, index)));
    return chosen.flatMap(({ properties, additionalProperties }) =>
      formsOf(properties?.[step] ?? additionalProperties),
    );
  }, formsOf(schema));
}

function formsOf(schema: Schema | boolean | undefined): Schema[] {
  if (typeof schema !== 'object' || schema.$ref !== undefined) return [];
  const several = schema.anyOf ?? schema.oneOf ?? schema.allOf;
  return several ? several.flatMap(formsOf) : [schema];
}

/** The forms of this type; all of them, if there is none of this type. */
function withType(forms: readonly Schema[], type: string | undefined): readonly Schema[] {
  const found = forms.filter(({ properties }) => formsOf(properties?.['type']).flatMap(constants).includes(type));
  return found.length > 0 ? found : forms;
}

function typeAt(entries: readonly Entry[], of: Path): string | undefined {
  return entries.find(({ path, key }) => key === 'type' && samePath(path, of))?.value;
}

function constants({ const: only, enum: several = [] }: Schema): readonly unknown[] {
  return only === undefined ? several : [only];
}

function asChoice(value: unknown, { description }: Schema): Choice {
  return { label: String(value), insert: String(value), detail: firstSentence(description) };
}

function detailOf(schemas: readonly Schema[]): string {
  return firstSentence(schemas.find(({ description }) => description !== undefined)?.description);
}

/** Without the marks of code, which a list shows as they are. */
function firstSentence(text = ''): string {
  return (/^.*?\.(?=\s|$)/s.exec(text)?.[0] ?? text).replaceAll('`', '');
}
