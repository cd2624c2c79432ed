/** @param output the folder, relative to the package. */
export function bundleConsole(output: string): Promise<void>;
