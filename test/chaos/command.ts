/**
 * `npm run chaos [-- --seed N --runs M]`: kills, suspends and disconnects real processes. The last line of output is
 * JSON.
 */
import { parseArgs } from 'node:util';
import { Random } from './random.js';
import { runWave } from './wave.js';

/** The number of runs that two cores can serve at the same time without missing deadlines. */
const runsOfAWave = 70;

const { values } = parseArgs({ options: { seed: { type: 'string' }, runs: { type: 'string', default: '210' } } });
const seed = Number(values.seed ?? Math.floor(Math.random() * 1e6));
const runs = Number(values.runs);
if (!Number.isInteger(seed) || !Number.isInteger(runs) || runs < 1) {
  console.error('--seed and --runs take whole numbers, such as --seed 42 --runs 210.');
  process.exit(2);
}
// The exit handler ends the programs that this command started.
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => process.exit(1));

const startedAtMs = performance.now();
const total = { runs: 0, kills: 0, faults: 0, violations: 0 };
let waveSeed = seed;
for (let left = runs; left > 0; left -= runsOfAWave) {
  const size = Math.min(left, runsOfAWave);
  const { kills, faults, sleepers, violations } = await runWave(waveSeed, size);
  total.runs += size;
  total.kills += kills;
  total.faults += faults;
  total.violations += violations.length;
  const seconds = Math.round((performance.now() - startedAtMs) / 1000);
  console.log(
    `${total.runs} of ${runs} runs, ${seconds} s: seed ${waveSeed}, ${kills} kills, ${faults} faults, ` +
      `${sleepers} workers suspended before sending, ${violations.length} violations`,
  );
  for (const violation of violations) console.log(`  ${violation}`);
  if (violations.length > 0) console.log(`  again: npm run chaos -- --seed ${waveSeed} --runs ${size}`);
  waveSeed = new Random(waveSeed).between(1, 1e6);
}
console.log(JSON.stringify(total));
process.exit(total.violations === 0 ? 0 : 1);
