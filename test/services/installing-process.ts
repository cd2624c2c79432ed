/** Prints where a command is, after it was installed from the package of the same name. */
import { debianCommand } from '../../scripts/services/installed.js';

const name = process.argv[2] ?? '';
console.log(await debianCommand(name, name).path());
