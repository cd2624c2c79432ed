/**
 * Which Escapement a command talks to, and with which token. Profiles are in the configuration folder of the user. A
 * token of a profile is sent to the server of that profile only.
 */
import { readFile, stat } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import { parseWritten } from '../../config/file/parse-written.js';
import { formatPath } from '../../config/file/path.js';
import { readYaml } from '../../config/file/yaml-file.js';
import { ConfigError, fileErrorCode } from '../../config/problem.js';
import type { ClientOptions } from '../../library/client.js';

const profile = z.strictObject({
  server: z.url({
    protocol: /^https?$/,
    error: 'must be an http or https URL, such as https://escapement.example.com',
  }),
  token: z.string().min(1).optional(),
});

const profilesSchema = z.strictObject({
  default: z.string().optional(),
  profiles: z.record(z.string(), profile),
});

export type Profiles = z.output<typeof profilesSchema>;

export interface ServerChoice {
  readonly server?: string | undefined;
  readonly profile?: string | undefined;
}

type Environment = Readonly<Record<string, string | undefined>>;

/** Options come first, then the environment, then the default profile. Empty: the default of the client. */
export async function clientFor({ server, profile: named }: ServerChoice, env: Environment): Promise<ClientOptions> {
  if (server !== undefined) return { server };
  if (named !== undefined) return profileOf(named, env);
  if (env['ESCAPEMENT_SERVER']) return {};
  // The token of the environment comes before that of a profile that no option names.
  const token = env['ESCAPEMENT_API_TOKEN'];
  const name = env['ESCAPEMENT_PROFILE'] || (await readProfiles(env))?.default;
  return name === undefined ? {} : { ...(await profileOf(name, env)), ...(token && { token }) };
}

function profilesFile(env: Environment): string {
  return join(env['XDG_CONFIG_HOME'] || join(homedir(), '.config'), 'escapement', 'profiles.yaml');
}

async function profileOf(name: string, env: Environment): Promise<ClientOptions> {
  const file = profilesFile(env);
  const { profiles = {} } = (await readProfiles(env)) ?? {};
  const found = Object.hasOwn(profiles, name) ? profiles[name] : undefined;
  if (found) return found;
  const names = Object.keys(profiles).join(', ');
  throw new ConfigError([
    {
      file,
      path: `profiles.${name}`,
      problem: 'does not exist',
      fix: names === '' ? 'write it, with its server and token' : `use one of: ${names}`,
    },
  ]);
}

/** Undefined where there is no such file. @throws ConfigError */
export async function readProfiles(env: Environment): Promise<Profiles | undefined> {
  const file = profilesFile(env);
  const text = await readOwn(file);
  if (text === undefined) return undefined;
  const yaml = readYaml(text, file);
  if (!('value' in yaml)) throw new ConfigError(yaml);
  const { output, problems } = parseWritten(profilesSchema, yaml.value, []);
  if (output) return output;
  throw new ConfigError(
    problems.map((found) => ({ ...found, path: formatPath(found.path), file, ...yaml.positionOf(found.path) })),
  );
}

/** The file contains tokens, so other users must not be able to read it. */
async function readOwn(file: string): Promise<string | undefined> {
  try {
    const { mode } = await stat(file);
    const others = mode & 0o077;
    if (others === 0 || process.platform === 'win32') return await readFile(file, 'utf8');
    const problem = `other users of this machine have access to it (mode ${(mode & 0o777).toString(8)}), and it may contain tokens`;
    throw new ConfigError([{ file, path: '', problem, fix: `run chmod 600 ${file}` }]);
  } catch (error) {
    if (error instanceof ConfigError) throw error;
    const code = fileErrorCode(error);
    if (code === 'ENOENT') return undefined;
    const problem = `cannot be read (${code})`;
    throw new ConfigError([{ file, path: '', problem, fix: 'check the permissions of the file and its folder' }]);
  }
}
