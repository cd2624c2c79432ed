/** Commands that the tests of real servers run beside the servers: for the walk-throughs of the pages, and for certificates. */
import { debianCommand } from './installed.js';

export const needs = { curl: debianCommand('curl', 'curl'), openssl: debianCommand('openssl', 'openssl') };
