/** `npm run explore [-- --bound N --json]`: runs the real scale run under every schedule of faults up to a bound. */
import { tsImport } from 'tsx/esm/api';

await tsImport('../test/explore/command.ts', import.meta.url);
