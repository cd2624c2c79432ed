/** `npm run explore`: every schedule up to the bound, then every mutant; the last line is JSON. */
import { parseArgs } from 'node:util';
import { exploreProtocol, findMutant } from './explore.js';
import { mutants } from './mutants.js';
import { scenarios } from './scenarios.js';
import type { Found } from './search.js';

const { values } = parseArgs({ options: { bound: { type: 'string', default: '3' }, json: { type: 'boolean' } } });
const bound = Number(values.bound);
if (!Number.isInteger(bound) || bound < 1) {
  console.error(`--bound ${values.bound} is not a number of deviations; give a whole number such as 3.`);
  process.exit(2);
}
const print = values.json ? () => undefined : console.log;

const startedAtMs = performance.now();
print('Every schedule of the scale run, as it is in workflows/ and activities/, up to a number of deviations:');
for (const { name, shallowerBy } of scenarios) print(`  ${Math.max(1, bound - shallowerBy)}  ${name}`);
let nextTold = 100_000;
const { schedules, violations, found } = await exploreProtocol(bound, (played) => {
  if (played < nextTold) return;
  nextTold = played + 100_000;
  print(`  ${played} schedules, ${secondsSince(startedAtMs)} s`);
});
const seconds = secondsSince(startedAtMs);
const { user, system } = process.cpuUsage();
const processorSeconds = Math.round((user + system) / 1e6);
print(
  `${schedules} schedules in ${seconds} s (${processorSeconds} s of processor time), ${violations} of them break a promise.`,
);
found.forEach(printFound);

print('The protocol broken on purpose, and the first schedule that shows it:');
let mutantsFound = 0;
for (const mutant of mutants) {
  const shown = await findMutant(mutant);
  print(`${shown ? 'found' : 'NOT FOUND'}: ${mutant.name}`);
  if (shown) printFound(shown);
  mutantsFound += shown ? 1 : 0;
}
console.log(JSON.stringify({ schedules, violations, mutants: mutants.length, mutantsFound, seconds }));
process.exitCode = violations === 0 && mutantsFound === mutants.length ? 0 : 1;

function printFound({ scenario, violation, story }: Found): void {
  print(`  ${violation} (${scenario})`);
  for (const line of story) print(`  ${line}`);
}

function secondsSince(timeMs: number): number {
  return Math.round((performance.now() - timeMs) / 100) / 10;
}
