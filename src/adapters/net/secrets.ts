/** Removes secrets from messages. */

/** Servers and client libraries may repeat the request in a message, also URL-encoded or as basic authentication. */
export function withoutSecrets(message: string, secrets: readonly (string | undefined)[]): string {
  const shapes = secrets
    .filter((secret) => secret !== undefined)
    .flatMap((secret) => [secret, encodeURIComponent(secret), Buffer.from(secret).toString('base64')])
    // Shorter values are not secrets, and occur in ordinary text.
    .filter((shape) => shape.length >= 4)
    .sort((one, other) => other.length - one.length);
  return shapes.reduce((text, shape) => text.replaceAll(shape, '[secret]'), message);
}
