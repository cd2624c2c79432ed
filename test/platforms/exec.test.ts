/** The exec adapter with real programs: what they print, how they exit, and how they are killed. */
import { chmod, mkdtemp, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { exec } from '../../src/adapters/platforms/exec/exec.js';
import type { Platform } from '../../src/adapters/platforms/platform.js';
import { eventually } from '../support/eventually.js';
import { poolScript, type PoolScript } from './fixtures/pool-script.js';
import { never, permitted } from './fixtures/sidecar-client.js';

const twoToFour = { from: 2, to: 4, idempotencyKey: 'run-1/1' };
const secret = 'hunter2-hunter2';

interface Made {
  readonly allowed?: readonly string[];
  readonly timeoutMs?: number;
}

function platformOf(settings: object, { allowed = [], timeoutMs = 10_000 }: Made = {}): Platform {
  const context = { resource: 'renderers', requestTimeoutMs: timeoutMs, allowedPrograms: allowed };
  return exec.create(exec.settings.parse(settings), context);
}
const platformFor = (pool: PoolScript, timeoutMs = 10_000) =>
  platformOf(pool.settings, { allowed: [pool.program], timeoutMs });

/** A program with these lines of sh. */
async function programOf(lines: string): Promise<string> {
  const program = join(await mkdtemp(join(tmpdir(), 'escapement-program-')), 'program');
  await writeFile(program, `#!/bin/sh\n${lines}\n`);
  await chmod(program, 0o755);
  return program;
}
async function having(lines: string, made: Made = {}): Promise<Platform> {
  const program = await programOf(lines);
  return platformOf({ observe: [program], set: [program, '{{to}}'] }, { allowed: [program], ...made });
}

describe('an observation', () => {
  it.each<[string, object]>([
    ['echo 3', { capacity: 3, status: 'ACTIVE' }],
    ['printf 0', { capacity: 0, status: 'ACTIVE' }],
    [`echo '{"capacity": 3, "ready": 3}'`, { capacity: 3, ready: 3, status: 'ACTIVE' }],
    [`echo '{"capacity": 3, "ready": 2}'`, { capacity: 3, ready: 2, status: 'STARTING' }],
    [`echo '{"capacity": 3, "ready": 2, "status": "FAILED"}'`, { capacity: 3, ready: 2, status: 'FAILED' }],
    [`echo 'a warning' >&2; echo 3`, { capacity: 3 }],
  ])('%s is %j', async (lines, expected) => {
    expect(await (await having(lines)).observe(never)).toMatchObject(expected);
  });

  it.each<[string, string]>([
    ['exit 64', 'failed'],
    ['exit 66', 'missing'],
    ['exit 75', 'throttled'],
    ['exit 77', 'denied'],
    ['echo 3; exit 1', 'failed'],
    ['kill -9 $$', 'failed'],
    ['true', 'malformed'],
    ['echo three', 'malformed'],
    ['echo 1.5', 'malformed'],
    ['echo -1', 'malformed'],
    ['echo 3 4', 'malformed'],
    [`echo '{"capacity": "3"}'`, 'malformed'],
    [`echo '{"capacity": 3, "redy": 2}'`, 'malformed'],
    ['head -c 70000 /dev/zero', 'malformed'],
  ])('with %s fails with %s', async (lines, code) => {
    const reading = (await having(lines)).observe(never);
    await expect(reading).rejects.toMatchObject({ name: 'AdapterError', code });
    await expect(reading).rejects.toThrow(/^renderers: /);
  });

  it.each([`echo ${secret}`, `echo '{"capacity": 3, "${secret}": 1}'`, `echo ${secret} >&2; exit 1`])(
    'with %s fails, and its message has nothing of the output',
    async (lines) => {
      const error = await (await having(lines)).observe(never).catch(String);
      expect(error).toContain('renderers');
      expect(error).not.toContain('hunter2');
    },
  );
});

describe('a program', () => {
  it('is not run unless this process allows it', async () => {
    const pool = await poolScript(2);
    for (const allowed of [[], [`${pool.program}x`, '/bin/sh'], [pool.folder]]) {
      const platform = platformOf(pool.settings, { allowed });
      await expect(platform.observe(never)).rejects.toMatchObject({ code: 'denied' });
      await expect(platform.observe(never)).rejects.toThrow('ESCAPEMENT_ALLOW_EXEC');
      const outcome = await platform.change(twoToFour, permitted, never);
      expect(outcome).toMatchObject({ outcome: 'rejected', final: true });
    }
    expect(pool.sets()).toEqual([]);
  });

  it('is not run under another spelling of an allowed path', async () => {
    const pool = await poolScript(2);
    const spelled = pool.program.replace('/tmp/', '/tmp/../tmp/');
    const platform = platformOf({ ...pool.settings, observe: [spelled] }, { allowed: [pool.program] });
    await expect(platform.observe(never)).rejects.toMatchObject({ code: 'denied' });
  });

  it('gets its arguments as they are, and no shell sees them', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'escapement-words-'));
    const program = await programOf(`printf '%s\\n' "$@" > ${folder}/words; pwd > ${folder}/cwd`);
    const words = ['a b', '$(touch x)', '; exit 1', '"', '*', '{{resource}} {{from}}-{{ to }}', '{{key}}', '{{to}}'];
    const platform = platformOf({ observe: [program], set: [program, ...words] }, { allowed: [program] });
    expect(await platform.change(twoToFour, permitted, never)).toEqual({ outcome: 'accepted' });
    const seen = (await readFile(`${folder}/words`, 'utf8')).trimEnd().split('\n');
    expect(seen).toEqual(['a b', '$(touch x)', '; exit 1', '"', '*', 'renderers 2-4', 'run-1/1', '4']);
    expect(await readFile(`${folder}/cwd`, 'utf8')).toBe('/\n');
  });

  it('inherits four variables of this process, and no other', async () => {
    process.env['ESCAPEMENT_TEST_SECRET'] = secret;
    const folder = await mkdtemp(join(tmpdir(), 'escapement-environment-'));
    const program = await programOf(`env > ${folder}/environment; echo 3`);
    const settings = { observe: [program], set: [program, '{{to}}'] };
    await platformOf(settings, { allowed: [program] }).observe(never);
    delete process.env['ESCAPEMENT_TEST_SECRET'];
    const seen = (await readFile(`${folder}/environment`, 'utf8')).trimEnd().split('\n');
    const names = seen.map((line) => line.split('=')[0]!);
    // sh sets the others by itself.
    expect(
      names.filter((name) => !['PATH', 'HOME', 'LANG', 'TZ', 'PWD', 'OLDPWD', '_', 'SHLVL'].includes(name)),
    ).toEqual([]);
    expect(seen.join()).not.toContain('hunter2');
  });

  it('that exceeds the request timeout is killed with all that it has started', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'escapement-slow-'));
    const lines = `sleep 600 & echo $! > ${folder}/child; echo $$ > ${folder}/parent; wait`;
    const platform = await having(lines, { timeoutMs: 1000 });
    await expect(platform.observe(never)).rejects.toMatchObject({ code: 'timeout' });
    expect(await platform.change(twoToFour, permitted, never)).toMatchObject({
      outcome: 'unknown',
      reason: expect.stringContaining('within 1000 ms') as unknown,
    });
    const ids = await Promise.all(['child', 'parent'].map((name) => readFile(join(folder, name), 'utf8')));
    await eventually('both have ended', async () =>
      (await Promise.all(ids.map((id) => isRunning(id.trim())))).every((is) => !is),
    );
  });

  it('is killed when the caller stops', async () => {
    const pool = await poolScript(2, 'echo started > started; sleep 600');
    const stopping = new AbortController();
    const change = platformFor(pool).change(twoToFour, permitted, stopping.signal);
    await eventually('it has started', () =>
      readFile(join(pool.folder, 'started')).then(
        () => true,
        () => false,
      ),
    );
    stopping.abort();
    expect(await change).toMatchObject({ outcome: 'unknown' });
    expect(await pool.size()).toBe(2);
  });
});

async function isRunning(id: string): Promise<boolean> {
  const status = await readFile(`/proc/${id}/status`, 'utf8').catch(() => '');
  return /^State:\s+[^Z]/m.test(status);
}

describe('a change', () => {
  const forGood = { outcome: 'rejected', final: true };
  const forNow = { outcome: 'rejected', final: false };

  it('sets the size', async () => {
    const pool = await poolScript(2);
    expect(await platformFor(pool).change(twoToFour, permitted, never)).toEqual({ outcome: 'accepted' });
    expect(await pool.size()).toBe(4);
    expect(pool.sets()).toEqual([4]);
  });

  it.each<[string, object]>([
    ['exit 64', forGood],
    ['exit 65', { ...forGood, lessMayHelp: true }],
    ['exit 66', forGood],
    ['exit 75', forNow],
    ['exit 77', forGood],
    ['exit 1', { outcome: 'unknown' }],
    ['exit 126', { outcome: 'unknown' }],
    ['exit 127', { outcome: 'unknown' }],
    ['kill -9 $$', { outcome: 'unknown' }],
  ])('with %s is %j, after one attempt', async (before, expected) => {
    const pool = await poolScript(2, before);
    expect(await platformFor(pool).change(twoToFour, permitted, never)).toMatchObject(expected);
    expect(pool.sets()).toEqual([4]);
  });

  it('whose program is missing, cannot be executed or has no interpreter was certainly not made', async () => {
    const pool = await poolScript(2);
    const platform = platformFor(pool);
    await writeFile(pool.program, '#!/no/such/interpreter\n');
    expect(await platform.change(twoToFour, permitted, never)).toMatchObject(forNow);
    await chmod(pool.program, 0o644);
    expect(await platform.change(twoToFour, permitted, never)).toMatchObject(forNow);
    await pool.gate.goDown();
    expect(await platform.change(twoToFour, permitted, never)).toMatchObject({
      ...forNow,
      reason: expect.stringContaining('was not started') as unknown,
    });
  });

  it('with arguments that the system does not take was certainly not made', async () => {
    const pool = await poolScript(2);
    const set = [pool.program, 'set', '{{to}}', 'x'.repeat(200_000)];
    const platform = platformOf({ ...pool.settings, set }, { allowed: [pool.program] });
    expect(await platform.change(twoToFour, permitted, never)).toMatchObject(forNow);
    expect(pool.sets()).toEqual([]);
  });

  it('is not made after its permit has expired, or when it was stopped before', async () => {
    const pool = await poolScript(2);
    const platform = platformFor(pool);
    expect(await platform.change(twoToFour, { isValid: () => false }, never)).toMatchObject(forNow);
    expect(await platform.change(twoToFour, permitted, AbortSignal.abort())).toMatchObject(forNow);
    expect(pool.sets()).toEqual([]);
  });

  it('does not wait for a process that the program leaves in the background', async () => {
    const pool = await poolScript(2, 'sleep 600 > /dev/null 2>&1 & echo $! > unit');
    expect(await platformFor(pool).change(twoToFour, permitted, never)).toEqual({ outcome: 'accepted' });
    const unit = (await readFile(join(pool.folder, 'unit'), 'utf8')).trim();
    expect(await isRunning(unit)).toBe(true);
    process.kill(Number(unit), 'SIGKILL');
  });
});

describe('the settings', () => {
  const valid = { observe: ['/opt/pool/size'], set: ['/opt/pool/set', '{{to}}'] };

  it.each<[string, object]>([
    ['a relative path', { observe: ['size'] }],
    ['a path with a placeholder', { set: ['/opt/{{resource}}', '{{to}}'] }],
    ['no program', { observe: [] }],
    ['a command line', { observe: '/opt/pool/size --all' }],
    ['a change that does not pass on the size', { set: ['/opt/pool/set'] }],
    ['a placeholder that has no value', { observe: ['/opt/pool/size', '{{to}}'] }],
    [
      'variables for the programs, such as LD_PRELOAD, which would run other code',
      { env: { LD_PRELOAD: '/tmp/x.so' } },
    ],
  ])('with %s are refused', (_name, invalid) => {
    expect(exec.settings.safeParse(valid).success).toBe(true);
    expect(exec.settings.safeParse({ ...valid, ...invalid }).success).toBe(false);
  });
});
