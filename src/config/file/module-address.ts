/** Finds the file of a module that a configuration names. */
import { existsSync } from 'node:fs';
import { createRequire, isBuiltin } from 'node:module';
import { join, relative, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Problem } from '../../domain/written/problem.js';
import { fileErrorCode } from '../problem.js';

const packageName = /^(@[a-z0-9][\w.-]*\/)?[a-z0-9][\w.-]*(\/[\w.-]+)*$/;

/**
 * A file is below the folder of the configuration, and a package is installed there or above it. So a person who may
 * change the configuration, and nothing else, chooses only among these.
 * @param folder of the configuration file.
 * @returns the URL of the module, or why there is none.
 */
export function moduleAddress(name: string, folder: string): { readonly url: string } | Problem {
  if (name.startsWith('./')) return addressOfFile(resolve(folder, name), folder);
  if (!packageName.test(name) || isBuiltin(name)) return notAModule;
  try {
    return { url: pathToFileURL(createRequire(join(folder, 'escapement.yaml')).resolve(name)).href };
  } catch (error) {
    const isFound = fileErrorCode(error) === 'ERR_PACKAGE_PATH_NOT_EXPORTED';
    return isFound
      ? { problem: 'is a package that does not export it', fix: 'add "default" to the exports of its package.json' }
      : { problem: 'is not installed', fix: `run npm install ${name} in ${folder}, or write ./ before a file name` };
  }
}

function addressOfFile(path: string, folder: string): { readonly url: string } | Problem {
  if (relative(folder, path).startsWith('..')) return notAModule;
  if (existsSync(path)) return { url: pathToFileURL(path).href };
  return { problem: 'does not exist', fix: `check the path; it is relative to ${folder}` };
}

const notAModule: Problem = {
  problem: 'is not a module',
  fix: 'write ./ and a path below the folder of this file, or the name of a package',
};
