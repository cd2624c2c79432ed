/** `escapement token`: a new secret that the API and its clients share. */
import { randomBytes } from 'node:crypto';
import { Command } from 'commander';
import { prose } from '../terminal.js';

const tokenBytes = 32;

export function tokenCommand(): Command {
  return new Command('token')
    .summary('make a random token for the API')
    .description(
      prose(`
Prints a new random token of 256 bits on standard output and stores it nowhere. Standard error says where to set it. The
output is the token alone, so there is no --json: export ESCAPEMENT_API_TOKEN=$(escapement token).

Exit code 0: the token is printed.`),
    )
    .action(() => {
      console.error(
        'Set ESCAPEMENT_API_TOKEN to this token for escapement api (or up), and for each client, or write it as token: of a profile.',
      );
      console.log(randomBytes(tokenBytes).toString('base64url'));
    });
}
