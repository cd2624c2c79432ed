/** The smallest possible workflow. */
export async function empty(): Promise<void> {}
