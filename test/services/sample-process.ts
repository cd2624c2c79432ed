/** Prints one sample of a source: of the type and with the settings of its argument. */
import { createSource } from '../support/create-source.js';

const { type, ...settings } = JSON.parse(process.argv[2] ?? '{}') as { readonly type: string };
const source = createSource(type, settings, { signal: 'waiting', timeoutMs: 10_000 });
console.log(JSON.stringify(await source.sample(new AbortController().signal)));
await source.close?.();
