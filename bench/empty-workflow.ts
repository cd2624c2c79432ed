/** The least that can be started. */
export async function empty(): Promise<void> {}
