/** A JSON Schema of a mapping as a table for people; the fields of mappings inside it get rows with dotted names. */
import type { JsonSchema } from '../src/config/schema/json-schema.js';

export type Row = readonly string[];

/** @param closed fields that are described elsewhere: they get one row. */
export function fieldTable(form: JsonSchema, closed: readonly string[] = []): string {
  return table(['Field', 'Type', 'Default', 'Meaning'], fieldRows(form, '', closed));
}

export function table(head: Row, rows: readonly Row[]): string {
  const lines = [head, head.map(() => '---'), ...rows];
  return lines
    .map((cells) => `| ${cells.map((cell) => cell.replaceAll('|', '\\|').replaceAll('\n', ' ')).join(' | ')} |`)
    .join('\n');
}

function fieldRows(form: JsonSchema, prefix: string, closed: readonly string[]): Row[] {
  return Object.entries(form.properties ?? {}).flatMap(([key, child]) => {
    const field = child as JsonSchema;
    const name = `${prefix}${key}`;
    const isRequired = form.required?.includes(key) === true;
    const row = [`\`${name}\``, typeOf(field), usualOf(field, isRequired), field.description ?? ''];
    return closed.includes(key) ? [row] : [row, ...insideOf(field, name)];
  });
}

/** The rows of a mapping, of the mappings among several forms, and of those in a list; each name once. */
function insideOf(field: JsonSchema, name: string): Row[] {
  const rows = formsOf(field).flatMap((form) => {
    if (form.type === 'array')
      return formsOf(form.items as JsonSchema).flatMap((item) => fieldRows(item, `${name}[].`, []));
    // The keys of a mapping such as `queries` are chosen by the person who writes it.
    if (typeof form.additionalProperties === 'object') return fieldRows(form.additionalProperties, `${name}.*.`, []);
    return fieldRows(form, `${name}.`, []);
  });
  return rows.filter(([first], index) => rows.findIndex(([other]) => other === first) === index);
}

function formsOf(field: JsonSchema): JsonSchema[] {
  const forms = field.anyOf ?? field.oneOf;
  // Where null is possible, the meaning says what it means.
  return forms ? forms.flatMap(formsOf).filter(({ type }) => type !== 'null') : [field];
}

function usualOf(field: JsonSchema, isRequired: boolean): string {
  if (isRequired) return 'required';
  const usual: unknown = field.default;
  if (usual === undefined || (typeof usual === 'object' && usual !== null && Object.keys(usual).length === 0))
    return '';
  return `\`${typeof usual === 'string' ? usual : JSON.stringify(usual)}\``;
}

function typeOf(field: JsonSchema): string {
  return [...new Set(formsOf(field).map(typeOfForm))].join(' or ');
}

function typeOfForm(form: JsonSchema): string {
  if (form.const !== undefined) return `\`${String(form.const)}\``;
  if (form.enum) return form.enum.map((value) => `\`${String(value)}\``).join(', ');
  if (form.type === 'object') return 'mapping';
  if (form.type === 'array') return `list of ${typeOf(form.items as JsonSchema)}s`;
  if (form.title !== undefined) return form.title;
  if (form.format === 'uri') return 'URL';
  if (form.type === 'boolean') return '`true`, `false`';
  if (form.type === 'integer') return `whole number${rangeOf(form)}`;
  if (form.type === 'number') return `number${rangeOf(form)}`;
  return 'text';
}

function rangeOf({ minimum, maximum }: JsonSchema): string {
  if (minimum !== undefined && maximum !== undefined) return ` from ${minimum} to ${maximum}`;
  if (minimum !== undefined) return ` from ${minimum}`;
  return maximum === undefined ? '' : ` to ${maximum}`;
}
