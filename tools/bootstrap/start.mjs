import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { buildPortal } from './build-portal.mjs';
import { findNode } from './find-node.mjs';
import { install } from './install.mjs';
import { ReadableError } from './readable-error.mjs';
import { runChild } from './run-child.mjs';

const ROOT = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../..');
const COMMANDS = {
  settle: 'packages/local/src/main.ts',
  bench: 'bench/src/main.ts',
  verify: 'tools/verify/src/main.ts',
  'test:postgres': 'packages/testing/scripts/test-postgres.ts',
  simulate: 'packages/simulation/src/main.ts',
  'break-promises': 'tools/break-promises/src/main.ts',
};
const NEEDS_PORTAL = new Set(['up', 'api', 'demo']);

/** Runs `settle …`, `bench …`, `verify …` or `simulate …`, with everything it needs in place. */
export async function start([command, ...args]) {
  if (!Object.hasOwn(COMMANDS, command ?? '')) {
    throw new ReadableError(`Unknown command "${command ?? ''}": expected ${Object.keys(COMMANDS).join(', ')}.`);
  }
  await install(ROOT);
  const node = findNode(ROOT);
  const asksForHelp = args.includes('--help') || args.includes('-h');
  if (command === 'settle' && NEEDS_PORTAL.has(args[0]) && !asksForHelp) await buildPortal(ROOT);
  process.exitCode = await runChild(node, [path.join(ROOT, COMMANDS[command]), ...args]);
}
