/**
 * Placeholders for values that the import does not copy or does not know: those of Secrets, and those in the
 * environment of the scaled pods. The same value has the same placeholder in the whole file.
 */
export class Placeholders {
  /** By the name of the variable. */
  private readonly origins = new Map<string, string>();

  /**
   * @param wanted becomes the name of the variable: `rabbitmq-secret host` is `RABBITMQ_SECRET_HOST`.
   * @param origin where the value is in KEDA. Another origin has another variable.
   */
  for(wanted: string, origin: string): string {
    const name = wanted.replaceAll(/\W+/g, '_').replace(/^(?=\d|$)/, '_');
    const names = [name, ...Array.from(this.origins, (_, index) => `${name}_${index + 2}`)];
    const free = names.find((each) => (this.origins.get(each) ?? origin) === origin) ?? name;
    this.origins.set(free, origin);
    return `\${${free}}`;
  }
}
