/** Templates of requests and commands in the settings, with placeholders such as `{{to}}` for the values of a change. */
import { z } from 'zod';
import { report } from '../../domain/written/issue.js';

/** The placeholders. */
const names = {
  resource: 'the name of the resource',
  from: 'the capacity before the change',
  to: 'the requested capacity',
  amount: 'the number of units to add or remove',
  key: 'the idempotency key, which is the same for every attempt at one change',
} as const;

export type TemplateValues = Partial<Readonly<Record<keyof typeof names, string | number>>>;

const placeholder = /\{\{\s*(\w*)\s*\}\}/g;

/** @param known the placeholders that have a value where the template is used. */
export function templateSchemas(known: readonly (keyof typeof names)[]) {
  const misused = (text: string) =>
    [...text.matchAll(placeholder)]
      .map(([whole]) => whole)
      .filter((whole) => !(known as string[]).includes(inner(whole)));
  const knownOnly = (text: string, context: z.RefinementCtx) => {
    const list = known.map((name) => `{{${name}}} (${names[name]})`).join(', ');
    for (const whole of misused(text))
      report(context, { problem: `${whole} is not supported here`, fix: `supported: ${list}` });
  };
  const url = z
    .string()
    .superRefine(knownOnly)
    .refine((text) => isPlainUrl(text.replace(placeholder, 'x')), {
      error: 'must be an http or https URL without a user or a password: set those in headers',
    });
  const text = z.string().superRefine(knownOnly);
  const body: z.ZodType<Json> = z.lazy(() =>
    z.union([text, z.number(), z.boolean(), z.null(), z.array(body), z.record(z.string(), body)]),
  );
  return { url, text, body };
}

/** Values are escaped, so a name with a slash remains one segment of the path. */
export function fillUrl(template: string, values: TemplateValues): URL {
  return new URL(template.replace(placeholder, (whole) => encodeURIComponent(valueOf(whole, values))));
}

/** The text is one argument of a command or a value in a body: nothing is escaped. */
export function fillText(template: string, values: TemplateValues): string {
  return template.replace(placeholder, (whole) => String(valueOf(whole, values)));
}

/** `"{{to}}"` as a whole value becomes a number; within other text it becomes text. */
export function fillBody(template: Json, values: TemplateValues): Json {
  if (typeof template === 'string') {
    const [alone] = /^\{\{\s*\w*\s*\}\}$/.exec(template) ?? [];
    return alone === undefined ? fillText(template, values) : valueOf(alone, values);
  }
  if (Array.isArray(template)) return template.map((item) => fillBody(item, values));
  if (template === null || typeof template !== 'object') return template;
  return Object.fromEntries(Object.entries(template).map(([key, item]) => [key, fillBody(item, values)]));
}

export type Json = string | number | boolean | null | Json[] | { [key: string]: Json };

function valueOf(whole: string, values: TemplateValues): string | number {
  return values[inner(whole) as keyof TemplateValues] ?? '';
}

/** `{{ to }}` -> `to`. */
function inner(whole: string): string {
  return whole.slice(2, -2).trim();
}

function isPlainUrl(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const { protocol, username, password } = new URL(text);
  return /^https?:$/.test(protocol) && username === '' && password === '';
}
