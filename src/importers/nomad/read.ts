/** Reads jobs, policies and agent configurations of Nomad: JSON, or HCL through its own parser. */
import { createRequire } from 'node:module';
import { ImportError, type Manifest } from '../importer.js';

/** @throws ImportError if the text is neither JSON nor HCL. */
export async function readNomad(file: string, text: string): Promise<readonly Manifest[]> {
  if (text.trim() === '') return [];
  const isJson = /^\s*[[{]/.test(text);
  const value = isJson ? fromJson(file, text) : await fromHcl(file, text);
  const values: readonly unknown[] = Array.isArray(value) ? value : [value];
  return values.map((each, index) => ({
    place: values.length === 1 ? file : `${file}, item ${index + 1}`,
    value: each,
    commentAt: () => undefined,
    ...(!isJson && { commentsLeft: () => commentsIn(text) }),
  }));
}

function fromJson(file: string, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new ImportError(`${file} is not valid JSON: ${(error as SyntaxError).message}`);
  }
}

interface HclParser {
  readonly parse: (file: string, text: string) => Promise<unknown>;
}

const require = createRequire(import.meta.url);

/** The parser is that of HashiCorp, compiled to WebAssembly. It is loaded only for HCL. */
async function fromHcl(file: string, text: string): Promise<unknown> {
  // Not imported, because its types would add those of the browser to the whole program.
  const { parse } = require('@cdktn/hcl2json') as HclParser;
  return parse(file, text).catch((error: unknown) => {
    const message = error instanceof Error ? error.message : String(error);
    throw new ImportError(
      `${file} is not valid HCL: ${message.replace(/^parse config: /, '')} A job with functions or templates can be imported as JSON: nomad job run -output ${file} | escapement import nomad -`,
    );
  });
}

/** Comments that take a whole line, without those in heredocs, where `#` is text. */
function commentsIn(text: string): readonly string[] {
  let end: string | undefined;
  return text.split('\n').flatMap((line) => {
    if (end !== undefined) {
      if (line.trim() === end) end = undefined;
      return [];
    }
    end = /<<-?\s*(\w+)\s*$/.exec(line)?.[1];
    const comment = /^\s*(?:#|\/\/)(.*)$/.exec(line)?.[1];
    return comment === undefined ? [] : [comment];
  });
}
