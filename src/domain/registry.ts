/** The definitions of one kind by their type: those of Escapement, and those of the modules of the configuration. */
import { z } from 'zod';

export class Registry<Definition extends { readonly type: string }> {
  readonly #builtIn: readonly Definition[];
  #all: readonly Definition[];

  constructor(builtIn: readonly Definition[]) {
    this.#builtIn = builtIn;
    this.#all = builtIn;
  }

  /** The same array until `useOfModules` is called. */
  get all(): readonly Definition[] {
    return this.#all;
  }

  get ofModules(): readonly Definition[] {
    return this.#all.slice(this.#builtIn.length);
  }

  isBuiltIn(type: string): boolean {
    return this.#builtIn.some((each) => each.type === type);
  }

  find(type: unknown): Definition | undefined {
    return this.#all.find((each) => each.type === type);
  }

  /** Replaces the definitions of the modules that were read before: docs/decisions/0077. */
  useOfModules(definitions: readonly Definition[]): void {
    this.#all = definitions.length === 0 ? this.#builtIn : [...this.#builtIn, ...definitions];
  }
}

/** A schema that is made of the definitions of a registry, and made again when these have changed. */
export function schemaOf<Definition extends { readonly type: string }, Schema extends z.ZodType>(
  registry: Registry<Definition>,
  make: (definitions: readonly Definition[]) => Schema,
): z.ZodLazy<Schema> {
  let made: { readonly of: readonly Definition[]; readonly schema: Schema } | undefined;
  const current = () => {
    if (made?.of !== registry.all) made = { of: registry.all, schema: make(registry.all) };
    return made.schema;
  };
  const schema = z.lazy(current);
  // A lazy schema asks for its inner schema once. Here the answer may change.
  Object.defineProperty(schema._zod, 'innerType', { get: current });
  return schema;
}
