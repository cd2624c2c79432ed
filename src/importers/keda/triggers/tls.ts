/** TLS, and the login of HTTP, as many triggers have them. */
import { isPlaceholder, listIn } from '../address.js';
import type { Parameters } from '../parameters.js';
import { settings } from './trigger.js';

/** @param isOn whether the trigger turns TLS on without further settings. */
export function tlsOf(parameters: Parameters, isOn = false): Readonly<Record<string, unknown>> | undefined {
  const tls = settings({
    ca: parameters.secret('ca'),
    cert: parameters.secret('cert'),
    key: parameters.secret('key'),
    ...(parameters.flag('unsafeSsl') && { verify: false }),
  });
  return isOn || Object.keys(tls).length > 0 ? tls : undefined;
}

/**
 * The parameter that turns TLS on: `enable`. Where it comes from a TriggerAuthentication its value is not known, and
 * TLS is on, because `disable` is the default that nobody has to write.
 */
export function isTlsEnabled(parameters: Parameters, name = 'tls'): boolean {
  const written = parameters.text(name);
  if (written === undefined) return false;
  if (written.startsWith('${')) {
    parameters.warn(name, `is in the TriggerAuthentication, and became tls: {}. If its value is disable, remove tls`);
    return true;
  }
  return written === 'enable' || written === 'true';
}

/** `authModes` of prometheus and metrics-api: `basic`, or `tls,basic`. */
export function loginModes(parameters: Parameters): readonly string[] {
  return [...listIn(parameters.text('authModes')), ...listIn(parameters.text('authMode'))];
}

const knownModes = ['basic', 'bearer', 'custom', 'tls', 'apiKey'];

export function httpLogin(parameters: Parameters): Readonly<Record<string, unknown>> {
  const modes = loginModes(parameters);
  for (const mode of modes.filter((each) => !knownModes.includes(each))) {
    parameters.drop(
      parameters.has('authModes') ? 'authModes' : 'authMode',
      `the login ${mode}`,
      `the source supports ${knownModes.join(', ')}`,
    );
  }
  const custom = modes.includes('custom') ? parameters.text('customAuthHeader') : undefined;
  const isKnown = custom !== undefined && !isPlaceholder(custom);
  if (custom !== undefined && !isKnown) {
    parameters.drop('authModes', 'the custom header', 'its name is not in the trigger. Write it under headers');
  }
  return settings({
    username: modes.includes('basic') ? parameters.text('username') : undefined,
    password: modes.includes('basic') ? parameters.secret('password') : undefined,
    bearerToken: modes.includes('bearer')
      ? (parameters.secret('bearerToken') ?? parameters.secret('token'))
      : undefined,
    headers: isKnown ? { [custom]: parameters.secret('customAuthValue') ?? '' } : undefined,
    tls: tlsOf(parameters),
  });
}
