import { createColors } from 'picocolors';
import { expect, test } from 'vitest';
import { runCli } from './run-cli.ts';
import type { Terminal } from './terminal.ts';

async function run(...commandLine: string[]) {
  const out: string[] = [];
  const err: string[] = [];
  const terminal: Terminal = {
    out: (line) => out.push(line),
    err: (line) => err.push(line),
    isInteractive: false,
    color: createColors(false),
  };
  const exitCode = await runCli(commandLine, { env: {}, terminal });
  return { exitCode, out: out.join('\n'), err: err.join('\n') };
}

const COMMANDS = [
  'up',
  'demo',
  'chaos',
  'send',
  'convert',
  'balances',
  'payouts',
  'anomalies',
  'groups',
  'rejections',
  'conflicts',
  'reconcile',
  'statements',
  'trial-balance',
  'migrate',
  'login',
  'keys',
  'writer',
  'projector',
  'sealer',
  'verify',
  'seal',
  'webhooks',
  'api',
];

test('--help names every command, the exit codes and first steps, and exits with 0', async () => {
  const { exitCode, out } = await run('--help');
  expect(exitCode).toBe(0);
  for (const command of COMMANDS) expect(out).toMatch(new RegExp(`^  ${command} `, 'm'));
  expect(out).toContain('Exit codes:');
  expect(out).not.toMatch(/^ {2}queue/m);
});

test.each(COMMANDS.filter((command) => command !== 'keys'))('%s --help teaches with an example', async (command) => {
  const { exitCode, out } = await run(command, '--help');
  expect(exitCode).toBe(0);
  expect(out).toMatch(/Examples?:/);
});

test.each([
  ['an unknown command', ['balanses']],
  ['an unknown option', ['balances', '--merchnat', 'mer_001']],
  ['a missing argument', ['send']],
  ['a limit that is no number', ['payouts', '--limit', 'many']],
  ['a port out of range', ['up', '--port', '70000']],
  ['a kind of anomaly that there is not', ['anomalies', '--kind', 'odd']],
  ['a place that is none', ['balances', '--min-offset', 'soon']],
  ['a moment that is none', ['statements', '--merchant', 'mer_001', '--as-of', 'yesterday']],
  ['a status that there is not', ['payouts', '--status', 'paid']],
  ["a merchant's key without a merchant", ['keys', 'create', '--name', 'x']],
  ['a day that there is not', ['reconcile', '--day', '2026-02-30']],
  ['a day and a range of days', ['reconcile', '--day', '2026-11-21', '--to', '2026-11-22']],
  ['days that run backwards', ['reconcile', '--from', '2026-11-22', '--to', '2026-11-21']],
  ['a sign-off by nobody', ['reconcile', '--day', '2026-11-21', '--sign-off', '--reason', 'why not']],
  ['a name that signs nothing', ['reconcile', '--by', 'ada']],
  ['an account of no statement', ['reconcile', '--account', 'DE1']],
  ['a format that there is not', ['reconcile', '--format', 'xls']],
  ['an output that is there', ['reconcile', '--output', 'package.json']],
  ['nowhere to look', ['balances', '--folder', '/nonexistent/settlement']],
])('%s is exit code 2, and nothing on stdout', async (_, commandLine) => {
  const { exitCode, out, err } = await run(...commandLine);
  expect(exitCode).toBe(2);
  expect(out).toBe('');
  expect(err).not.toBe('');
});

test.each([
  ['seek', ['all', '--to', 'end']],
  ['pause', []],
  ['resume', []],
])('a blank reason or name for %s is refused before anything is looked for', async (order, more) => {
  const record = { by: 'ada', reason: 'a test' };
  for (const [option, blank] of [
    ['reason', ' '],
    ['reason', ''],
    ['by', '\t'],
  ] as const) {
    const options = Object.entries({ ...record, [option]: blank }).flatMap(([name, value]) => [`--${name}`, value]);
    const { exitCode, err } = await run('groups', order, 'read_1', ...more, ...options);
    expect(exitCode).toBe(2);
    expect(err).toContain(`It is empty: the record needs a ${option === 'by' ? 'name' : 'reason'}.`);
  }
});

test('without a running stack the line tells what to do', async () => {
  const { err } = await run('balances', '--folder', '/nonexistent/settlement');
  expect(err).toContain('no stack runs in /nonexistent/settlement');
  expect(err).toContain('settle up');
});
