/** Addresses with a login in them: `amqp://user:password@rabbitmq:5672/orders`. */
import type { Parameters } from './parameters.js';

/**
 * The address in a parameter. An address with a password in it becomes a placeholder, because the password is a secret.
 * Undefined: the parameter is not set.
 */
function addressIn(parameters: Parameters, name: string): string | undefined {
  const written = parameters.metadata.at(name).peek() ?? '';
  return /^[a-z+]+:\/\/[^/@]*:[^/@]*@/i.test(written) ? parameters.secret(name) : parameters.text(name);
}

export function requiredAddress(parameters: Parameters, name: string): string {
  return addressIn(parameters, name) ?? parameters.required(name);
}

/** Whether the value itself is only known to the worker. */
export function isPlaceholder(text: string): boolean {
  return text.startsWith('${');
}

/** `a, b` */
export function listIn(text: string | undefined, separator = ','): readonly string[] {
  const items = (text ?? '').split(separator).map((item) => item.trim());
  return items.filter((item) => item !== '');
}
