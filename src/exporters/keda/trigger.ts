/** One trigger of KEDA, with the values that come from a TriggerAuthentication. */
import type { Fields } from '../../importers/fields.js';

/** Why a signal is no trigger. */
export interface NoTrigger {
  readonly why: string;
}

export class Trigger {
  readonly metadata: Record<string, string> = {};
  /** Parameters that a TriggerAuthentication adds. */
  readonly added: { readonly parameter: string; readonly value: string; readonly isSecret: boolean }[] = [];

  constructor(
    readonly type: string,
    /** The parameters of the target and of the value up to which there is no work. */
    readonly names: { readonly target: string; readonly activation: string },
  ) {}

  set(parameter: string, value: string | number | undefined): this {
    if (value !== undefined) this.metadata[parameter] = String(value);
    return this;
  }

  /** A setting that is no secret. Where it is a placeholder, the environment of the pods has the value in KEDA too. */
  text(parameter: string, setting: Fields): this {
    const value = setting.optionalText();
    if (value !== undefined && isVariable(value)) this.added.push({ parameter, value, isSecret: false });
    else this.set(parameter, value);
    return this;
  }

  secret(parameter: string, setting: Fields): this {
    const value = setting.optionalText();
    if (value !== undefined) this.added.push({ parameter, value, isSecret: !isVariable(value) });
    return this;
  }

  /** An address. With a password in it, the whole address is a secret. */
  address(parameter: string, setting: Fields): this {
    const isSecret = /:\/\/[^/@]*:[^/@]*@/.test(setting.peek() ?? '');
    return isSecret ? this.secret(parameter, setting) : this.text(parameter, setting);
  }

  /** @param on turns TLS on where the settings have no certificates. */
  tls(setting: Fields, on: () => void): this {
    if (!setting.isPresent) return this;
    for (const field of ['ca', 'cert', 'key']) this.secret(field, setting.at(field));
    if (setting.at('verify').take() === false) this.set('unsafeSsl', 'true');
    on();
    return this;
  }
}

function isVariable(value: string): boolean {
  return /^\$\{\w+\}$/.test(value);
}

/** A placeholder inside of a longer text: KEDA replaces none. */
export function hasPlaceholderInside(value: unknown): boolean {
  if (typeof value === 'string') return value.includes('${') && !isVariable(value);
  return typeof value === 'object' && value !== null && Object.values(value).some(hasPlaceholderInside);
}

/** One text, or several separated by commas. */
export function listText(setting: Fields): string | undefined {
  if (!setting.isPresent) return undefined;
  const value = setting.take();
  return Array.isArray(value) ? value.join(',') : String(value);
}
