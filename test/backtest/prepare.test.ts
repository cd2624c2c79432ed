/** Several configurations side by side, each with its own types. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { prepareBacktests } from '../../src/backtest/prepare.js';

it('the types of the modules of one file do not replace those of another', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'escapement-backtest-'));
  try {
    const trace = join(folder, 'open.csv');
    await writeFile(trace, 'time,value\n0,30\n60,30\n');
    const files = ['test/config/modules/per-desk.yaml', 'test/config/modules/per-unit.yaml'];
    const options = { signals: { open: trace }, readyAfterMs: 0 };
    const prepared = await prepareBacktests(files, options, { environment: {}, cwd: process.cwd() });
    expect(prepared.map(({ spec }) => spec.policies.map(({ name }) => name))).toEqual([
      ['per-desk open'],
      ['perUnit open'],
    ]);
  } finally {
    await rm(folder, { recursive: true });
  }
});
