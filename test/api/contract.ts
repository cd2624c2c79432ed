/** Is an answer what the OpenAPI document says of it? */
import { Ajv2020 } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import { openApiDocument } from '../../src/api/openapi.js';

interface Documented {
  readonly content?: Readonly<Record<string, object>>;
  readonly headers?: Readonly<Record<string, { readonly $ref: string }>>;
}
interface Operation {
  readonly deprecated?: boolean;
  readonly responses: Readonly<Record<string, Documented | undefined>>;
}
interface Document {
  readonly components: { readonly headers: Readonly<Record<string, { readonly required?: boolean }>> };
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation | undefined>>>>;
}

const document = openApiDocument() as unknown as Document;
const ajv = new Ajv2020({ strict: false });
addFormats.default(ajv);
ajv.addSchema(document, 'api');

/** What the answer has that the document does not promise; undefined when they agree. */
export function complaintAbout(
  method: string,
  path: string,
  answer: { readonly status: number; readonly headers: Headers; readonly body: unknown },
): string | undefined {
  const mediaType = answer.headers.get('content-type')?.split(';')[0] ?? 'none';
  const template = templateOf(path.split('?')[0]!);
  const operation = template === undefined ? undefined : document.paths[template]?.[method.toLowerCase()];
  // What is no operation is answered by a problem, and nothing else.
  if (!operation) return mediaType === 'application/problem+json' ? against('Problem', answer.body) : `is ${mediaType}`;
  const documented = operation.responses[answer.status];
  if (!documented) return 'has a status that is not documented';
  const complaint =
    complaintAboutHeaders(documented, answer.headers) ?? complaintAboutDeprecation(operation, answer.headers);
  if (complaint !== undefined || answer.status === 304) return complaint;
  if (!documented.content?.[mediaType]) return `is not documented as ${mediaType}`;
  const pointer = [
    'paths',
    template!,
    method.toLowerCase(),
    'responses',
    answer.status,
    'content',
    mediaType,
    'schema',
  ];
  return validate(`api#/${pointer.map((part) => escaped(String(part))).join('/')}`, answer.body);
}

/** Those that are promised are sent, and those that clients rely on are documented. */
function complaintAboutHeaders({ headers = {} }: Documented, sent: Headers): string | undefined {
  const missing = Object.keys(headers).find((name) => document.components.headers[name]?.required && !sent.has(name));
  if (missing !== undefined) return `has no ${missing}`;
  const untold = ['ETag', 'Location'].find((name) => sent.has(name) && !headers[name]);
  return untold === undefined ? undefined : `has an undocumented ${untold}`;
}

/** RFC 9745: the document and the response say the same. */
export function complaintAboutDeprecation(
  { deprecated = false }: Pick<Operation, 'deprecated'>,
  sent: Headers,
): string | undefined {
  const header = sent.get('deprecation');
  if (deprecated !== (header !== null))
    return `is ${deprecated ? '' : 'not '}deprecated, and Deprecation is ${header ?? 'missing'}`;
  return header === null || /^@\d+$/.test(header) ? undefined : `has an invalid Deprecation: ${header}`;
}

function against(schema: string, body: unknown): string | undefined {
  return validate(`api#/components/schemas/${schema}`, body);
}

function validate(reference: string, body: unknown): string | undefined {
  const check = ajv.getSchema(reference);
  if (!check) return `has no schema at ${reference}`;
  return check(body) === true ? undefined : ajv.errorsText(check.errors);
}

function templateOf(path: string): string | undefined {
  return Object.keys(document.paths).find((template) => {
    const pattern = template.replaceAll(/\{[^}]+\}/g, '[^/]+');
    return new RegExp(`^${pattern}$`).test(path);
  });
}

function escaped(part: string): string {
  return encodeURIComponent(part.replaceAll('~', '~0').replaceAll('/', '~1'));
}
