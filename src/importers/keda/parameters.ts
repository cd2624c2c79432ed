/**
 * The parameters of a trigger: its `metadata`, the variables that `...FromEnv` names, and what its TriggerAuthentication
 * adds. A value that is not in the trigger becomes a placeholder.
 */
import { isMapping } from '../../config/file/path.js';
import type { Fields } from '../fields.js';
import { ImportError } from '../importer.js';
import type { Authentication } from './authentication.js';
import type { Notes } from './notes.js';
import type { Placeholders } from './placeholders.js';

export interface Surroundings {
  readonly notes: Notes;
  readonly placeholders: Placeholders;
  /** The name of the ScaledObject, for the names of placeholders. */
  readonly owner: string;
  /** The container whose environment `...FromEnv` names. */
  readonly container: string | undefined;
}

export class Parameters {
  private readonly usedOfAuthentication = new Set<string>();

  constructor(
    readonly metadata: Fields,
    private readonly authentication: Authentication | undefined,
    /** The name of a TriggerAuthentication that is not in the input. */
    private readonly missingAuthentication: string | undefined,
    private readonly surroundings: Surroundings,
  ) {}

  /** A value, or the placeholder for one. Undefined: the parameter is not set. */
  text(name: string): string | undefined {
    const field = this.metadata.at(name);
    if (field.isPresent) return scalarOf(field);
    return this.fromAuthentication(name) ?? this.fromEnvironment(name);
  }

  /** A password or a key: a placeholder also where its value is in the trigger. */
  secret(name: string): string | undefined {
    const field = this.metadata.at(name);
    if (!field.isPresent) return this.fromAuthentication(name) ?? this.fromEnvironment(name);
    field.take();
    const { owner, notes, placeholders } = this.surroundings;
    const placeholder = placeholders.for(`${owner} ${name}`.toUpperCase(), field.place);
    notes.warn(field.place, `became ${placeholder}: its value is a secret, and is not copied`);
    return placeholder;
  }

  /** @throws ImportError if the parameter is not set, unless a TriggerAuthentication that is not in the input may set it. */
  required(name: string): string {
    return this.text(name) ?? this.assumed(name);
  }

  requiredSecret(name: string): string {
    return this.secret(name) ?? this.assumed(name);
  }

  /** A number that is not a secret, such as a threshold. */
  number(name: string): number | undefined {
    const text = this.text(name);
    if (text === undefined) return undefined;
    const value = text.trim() === '' ? NaN : Number(text);
    if (Number.isFinite(value)) return value;
    const { place } = this.metadata.at(name);
    throw new ImportError(`${place} is not a number: ${text}.`);
  }

  /** As KEDA reads a truth value: `true`, `TRUE`, `1`, `t`. */
  flag(name: string, isByDefault = false): boolean {
    const text = this.text(name);
    if (text === undefined) return isByDefault;
    if (/^(?:true|t|1)$/i.test(text)) return true;
    if (/^(?:false|f|0)$/i.test(text)) return false;
    throw new ImportError(`${this.metadata.at(name).place} is not true or false: ${text}.`);
  }

  /** @throws ImportError where the value is not one that KEDA knows. A placeholder is returned as it is. */
  oneOf(name: string, known: readonly [string, ...string[]]): string {
    const text = this.text(name) ?? known[0];
    if (known.includes(text) || text.startsWith('${')) return text;
    throw new ImportError(`${this.metadata.at(name).place} is not ${known.join(', ')}: ${text}.`);
  }

  has(name: string): boolean {
    return this.metadata.at(name).isPresent || this.authentication?.parameters.has(name) === true;
  }

  /** Parameters without an effect on scaling, or on what is measured. */
  ignore(names: Readonly<Record<string, string>>): void {
    for (const [name, message] of Object.entries(names)) {
      const field = this.metadata.at(name);
      if (!field.isPresent) continue;
      field.take();
      this.surroundings.notes.warn(field.place, message);
    }
  }

  warn(name: string, message: string): void {
    this.surroundings.notes.warn(this.metadata.at(name).place, message);
  }

  drop(name: string, what: string, why: string): void {
    const field = this.metadata.at(name);
    field.take();
    this.surroundings.notes.drop(field.place, what, why);
  }

  /** Names of parameters of the TriggerAuthentication that nothing has read. */
  unusedOfAuthentication(): readonly string[] {
    return [...(this.authentication?.parameters.keys() ?? [])].filter((name) => !this.usedOfAuthentication.has(name));
  }

  private fromAuthentication(name: string): string | undefined {
    const parameter = this.authentication?.parameters.get(name);
    if (parameter === undefined) return undefined;
    this.usedOfAuthentication.add(name);
    parameter.field.take();
    const { placeholder, origin, field } = parameter;
    this.surroundings.notes.warn(
      field.place,
      `became ${placeholder}: set it in the environment of the worker to ${origin}`,
    );
    return placeholder;
  }

  private fromEnvironment(name: string): string | undefined {
    const field = this.metadata.at(`${name}FromEnv`);
    if (!field.isPresent) return undefined;
    const variable = field.text();
    const { container, placeholders, notes } = this.surroundings;
    const where = container === undefined ? 'the first container' : `the container ${container}`;
    const placeholder = placeholders.for(variable, `the variable ${variable} of the scaled pods`);
    notes.warn(
      field.place,
      `became ${placeholder}: set it in the environment of the worker as it is in ${where} of the scaled pods`,
    );
    return placeholder;
  }

  private assumed(name: string): string {
    if (this.missingAuthentication === undefined) throw this.metadata.at(name).invalid('is missing');
    const owner = this.missingAuthentication;
    const placeholder = this.surroundings.placeholders.for(`${owner} ${name}`.toUpperCase(), `${owner} ${name}`);
    this.surroundings.notes.warn(this.metadata.at(name).place, `is not set, and became ${placeholder}`);
    return placeholder;
  }
}

function scalarOf(field: Fields): string | undefined {
  const value = field.take();
  if (value === '') return undefined;
  if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') return String(value);
  throw field.invalid(Array.isArray(value) || isMapping(value) ? 'is not a text' : 'has no value');
}
