import { ledgerMigrations } from '@northwind/event-store';
import { readMigrations } from '@northwind/projector';
import { testDatabase } from '@northwind/testing';
import { createColors } from 'picocolors';
import { expect, test } from 'vitest';
import { runCli } from '../cli/run-cli.ts';

/** Runs `settle rebuild …` on a database and keeps what it says. */
async function rebuild(url: string, ...options: readonly string[]) {
  const said: { out: string[]; err: string[] } = { out: [], err: [] };
  const terminal = {
    out: (line: string) => void said.out.push(line),
    err: (line: string) => void said.err.push(line),
    isInteractive: false,
    color: createColors(false),
  };
  const code = await runCli(['rebuild', ...options], { env: { DATABASE_URL: url }, terminal });
  return { code, out: said.out.join('\n'), err: said.err.join('\n') };
}

const WORD = ['--by', 'ada', '--reason', 'a test'];

test('settle rebuild makes the next generation, promotes it, goes back, and takes it away', async () => {
  await using database = await testDatabase([ledgerMigrations, readMigrations]);
  const { url } = database;
  const made = await rebuild(url);
  expect(made).toMatchObject({ code: 0, err: expect.stringContaining('generation 2 is made: 0 events to apply') });
  expect(made.out).toContain('equal to the cent');
  expect(made.out).toContain('generation 2 stands by; settle rebuild --promote lets it take over');
  const promoted = await rebuild(url, '--promote', '--json');
  expect(JSON.parse(promoted.out)).toMatchObject({ generation: 2, isEqual: true, promoted: 2, differences: [] });
  expect((await rebuild(url, '--status')).out).toMatch(/ 1 {2}standby .*\n.* 2 {2}active /);
  expect((await rebuild(url, '--rollback', ...WORD)).out).toContain('generation 1 is active again');
  expect((await rebuild(url, '--drop', '2')).out).toBe('generation 2 is gone');
});

test('what settle rebuild can not do is told in a line, without a trace of the program', async () => {
  await using database = await testDatabase([ledgerMigrations, readMigrations]);
  const refused = async (...options: string[]) => {
    const { code, err } = await rebuild(database.url, ...options);
    expect(err).not.toContain('    at ');
    return `${code} ${err}`;
  };
  expect(await refused('--rollback', ...WORD)).toMatch(/^1 settle: no earlier generation stands by/);
  expect(await refused('--drop', '1')).toBe('1 settle: generation 1 is active, so it stays');
  expect(await refused('--drop', '7')).toBe('1 settle: there is no generation 7');
  expect(await refused('--rollback')).toMatch(/^2 settle: --rollback needs --by and --reason/);
  expect(await refused('--promote', '--status')).toMatch(/^2 settle: --promote and --status are different orders/);
  expect(await refused('--promote', '--by', 'ada')).toMatch(/^2 settle: --by and --reason belong together/);
  expect(await refused('--lanes', '0')).toMatch(/^2 .*whole number from 1 to 64/);
});
