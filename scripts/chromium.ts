/** The browser of the tests of the console: Debian's Chromium, installed if it is missing. */
import { fileURLToPath } from 'node:url';
import { debianCommand } from './services/installed.js';

export const chromium = debianCommand('chromium', 'chromium');

if (process.argv[1] === fileURLToPath(import.meta.url)) console.log(await chromium.path());
