/**
 * Clients that are large and that few people use. They are optional peer dependencies, so that nobody else needs room
 * for them.
 */
import { AdapterError } from './errors.js';

/** The versions that the tests use, as in `devDependencies`. */
const versions = { mongodb: '7.9.0' } as const;

/**
 * Loads such a client on first use.
 * @throws AdapterError if the package is not installed
 */
export async function optionalPackage<Module>(
  name: keyof typeof versions,
  load: () => Promise<Module>,
): Promise<Module> {
  try {
    return await load();
  } catch (error) {
    if (!isNotInstalled(error, name)) throw error;
    const fix = `Run "npm install ${name}@${versions[name]}", and restart.`;
    throw new AdapterError('invalid', `requires the package ${name}, which is not installed. ${fix}`);
  }
}

/** A package that is installed may itself lack another package. That error passes through, with the other name. */
function isNotInstalled(error: unknown, name: string): boolean {
  const { code = '', message = '' } = error as { readonly code?: string; readonly message?: string };
  return code === 'ERR_MODULE_NOT_FOUND' && message.includes(`'${name}'`);
}
