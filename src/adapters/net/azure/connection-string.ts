/** Connection strings of Azure: `Endpoint=sb://shop.servicebus.windows.net/;SharedAccessKeyName=...;...`. */

/** Values by name. The names are in lower case, because they are not case-sensitive. Undefined: not of this form. */
export function partsOf(connectionString: string): ReadonlyMap<string, string> | undefined {
  const parts = connectionString
    .split(';')
    .map((part) => part.trim())
    .filter((part) => part !== '')
    // A key ends with "=", and a signature has several.
    .map((part) => /^([A-Za-z]+)\s*=\s*(.*)$/.exec(part));
  const found = parts.flatMap((part) =>
    part === null ? [] : [[part[1]?.toLowerCase() ?? '', part[2] ?? ''] as const],
  );
  return found.length === parts.length && found.length > 0 ? new Map(found) : undefined;
}
