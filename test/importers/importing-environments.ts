/** Imports environments in a test, and reads the result with the loader of the product. */
import { importFiles } from '../../src/importers/import.js';
import { read } from '../config/written.js';

export type Kind = 'fast-autoscaler' | 'omnistrate';

export async function importedAs(kind: Kind, ...texts: readonly string[]) {
  const result = await importFiles(kind, filesOf(texts));
  return { ...result, config: await read(result.yaml), report: { ...result.report, text: textOf(result.report) } };
}

export async function refusalAs(kind: Kind, ...texts: readonly string[]): Promise<string> {
  return importFiles(kind, filesOf(texts)).then(
    ({ yaml }) => `imported:\n${yaml}`,
    (error: unknown) => String(error),
  );
}

export function assignments(variables: Readonly<Record<string, unknown>>): string {
  return Object.entries(variables)
    .map(([name, value]) => `${name}=${String(value)}`)
    .join('\n');
}

function filesOf(texts: readonly string[]) {
  return texts.map((text, index) => ({ name: `input-${index + 1}`, text }));
}

type Report = Awaited<ReturnType<typeof importFiles>>['report'];

/** As the command prints it. */
function textOf({ warnings, unsupported }: Report): string {
  return [
    ...unsupported.map(({ path, what, why }) => `${path}: ${what}: ${why}`),
    ...warnings.map(({ path, message }) => `${path} ${message}`),
  ].join('\n');
}
