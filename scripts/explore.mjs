/** `npm run explore [-- --bound N --json]`: walks every schedule of faults up to a bound through the real scale run. */
import { tsImport } from 'tsx/esm/api';

await tsImport('../test/explore/command.ts', import.meta.url);
