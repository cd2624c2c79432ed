/** Loads the modules that a configuration names, and adds their types to those of Escapement: docs/decisions/0077. */
import { z } from 'zod';
import { customPlatform } from '../../adapters/platforms/custom.js';
import { platforms } from '../../adapters/platforms/registry.js';
import { customSource } from '../../adapters/sources/custom.js';
import { sources } from '../../adapters/sources/registry.js';
import { customPolicy } from '../../domain/policies/custom.js';
import { policies } from '../../domain/policies/registry.js';
import type { Problem } from '../../domain/written/problem.js';
import type { Extension } from '../../extend/index.js';
import type { PathProblem } from './issue-words.js';
import { checkExtension } from './extension.js';
import { moduleAddress } from './module-address.js';

/** The extension of each module, with the place of the module in the configuration. */
export interface LoadedModules {
  readonly extensions: readonly Extension[];
  readonly problems: readonly PathProblem[];
}

/**
 * @param names `modules:` as written. A value of another form has no modules: the schema reports it.
 * @param folder of the configuration file.
 */
export async function loadModules(names: unknown, folder: string): Promise<LoadedModules> {
  const { data = [] } = z.array(z.string()).safeParse(names);
  const extensions: Extension[] = [];
  const problems: PathProblem[] = [];
  for (const [index, name] of data.entries()) {
    const path = ['modules', index];
    const loaded = await loadModule(name, folder);
    if ('problem' in loaded) problems.push({ path, ...loaded });
    else
      for (const exported of loaded.exported) {
        const problem = checkExtension(exported) ?? collision(exported as Extension, extensions);
        if (problem) problems.push({ path, ...problem });
        else extensions.push(exported as Extension);
      }
  }
  return { extensions, problems };
}

/**
 * Reads a configuration with the types of its modules. They stay in force until another configuration is read; if this
 * one is invalid, those before it are in force again.
 */
export async function withTypesOf<T>(extensions: readonly Extension[], read: () => Promise<T>): Promise<T> {
  const restore = rememberTypes();
  platforms.useOfModules(
    extensions.flatMap((each) => (each.kind === 'platform' ? customPlatform(each.definition) : [])),
  );
  sources.useOfModules(extensions.flatMap((each) => (each.kind === 'source' ? customSource(each.definition) : [])));
  policies.useOfModules(extensions.flatMap((each) => (each.kind === 'policy' ? customPolicy(each.definition) : [])));
  try {
    return await read();
  } catch (error) {
    restore();
    throw error;
  }
}

/** @returns a function that puts the types of modules in force again that are in force now. */
export function rememberTypes(): () => void {
  const before = [platforms.ofModules, sources.ofModules, policies.ofModules] as const;
  return () => {
    platforms.useOfModules(before[0]);
    sources.useOfModules(before[1]);
    policies.useOfModules(before[2]);
  };
}

async function loadModule(name: string, folder: string): Promise<{ readonly exported: readonly unknown[] } | Problem> {
  const address = moduleAddress(name, folder);
  if ('problem' in address) return address;
  try {
    const { default: exported } = (await import(address.url)) as { readonly default?: unknown };
    return { exported: Array.isArray(exported) ? exported : [exported] };
  } catch (error) {
    const words = error instanceof Error ? error.message : String(error);
    return { problem: `failed when it was loaded: ${words}`, fix: 'correct the module' };
  }
}

function collision({ kind, definition: { type } }: Extension, others: readonly Extension[]): Problem | undefined {
  const registry = { platform: platforms, source: sources, policy: policies }[kind];
  const fix = 'choose another type';
  if (registry.isBuiltIn(type)) return { problem: `defines the ${kind} ${type}, which Escapement has itself`, fix };
  const isTwin = others.some((other) => other.kind === kind && other.definition.type === type);
  return isTwin ? { problem: `defines the ${kind} ${type}, which is defined before it`, fix } : undefined;
}
