import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { withLock } from './lock.mjs';
import { PNPM, toolEnvironment } from './pnpm.mjs';
import { ReadableError } from './readable-error.mjs';

// What npm and pnpm print when the registry is out of reach, as opposed to having answered something unwelcome.
const NETWORK_FAILURE =
  /ENOTFOUND|ECONNREFUSED|ECONNRESET|ETIMEDOUT|EAI_AGAIN|ENETUNREACH|META_FETCH_FAIL|error sending request|network/i;
const STAMP = 'node_modules/.northwind-installed';
const LAST_LINES_MAX = 40;

/** Installs the dependencies when node_modules is missing or belongs to another lock file; else does nothing. */
export async function install(root) {
  const wanted = fingerprint(root);
  if (isInstalled(root, wanted)) return;
  const onWait = (owner) => say(`Another start (process ${owner}) is installing; waiting for it.`);
  await withLock(root, onWait, async () => {
    if (isInstalled(root, wanted)) return;
    say('Installing dependencies (the first time this takes a minute or two) …');
    const startedAt = performance.now();
    await runPnpmInstall(root);
    mkdirSync(path.join(root, 'node_modules'), { recursive: true });
    writeFileSync(path.join(root, STAMP), wanted);
    say(`Installed in ${((performance.now() - startedAt) / 1000).toFixed(1)} s.`);
  });
}

function fingerprint(root) {
  const hash = createHash('sha256').update(`${process.platform}-${process.arch}\0`);
  return hash.update(readFileSync(path.join(root, 'pnpm-lock.yaml'))).digest('hex');
}

function isInstalled(root, wanted) {
  const stamp = path.join(root, STAMP);
  return existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted;
}

async function runPnpmInstall(root) {
  // --prod=false: NODE_ENV=production must not leave out what builds and tests need.
  const args = ['install', '--frozen-lockfile', '--prod=false', '--reporter=append-only'];
  const { code, lastLines } = await runTool(
    'npx',
    ['--yes', PNPM, ...args, '--config.confirm-modules-purge=false'],
    root,
  );
  if (code === 0) return;
  const output = lastLines.join('\n');
  const cause = NETWORK_FAILURE.test(output)
    ? 'the npm registry is out of reach. Check the network and the proxy (npm config get registry)'
    : `pnpm ended with exit code ${code}; its last words are above`;
  throw new ReadableError(`\nCould not install the dependencies: ${cause}, then run the command again.`);
}

/** Runs a tool with its output as it comes on stderr, so that stdout stays the command's own. */
function runTool(file, args, cwd) {
  return new Promise((resolve, reject) => {
    const child = spawn(file, args, { cwd, env: toolEnvironment(), stdio: ['ignore', 'pipe', 'pipe'] });
    const lastLines = [];
    for (const stream of [child.stdout, child.stderr]) {
      createInterface({ input: stream }).on('line', (line) => {
        lastLines.push(line);
        if (lastLines.length > LAST_LINES_MAX) lastLines.shift();
        say(`  ${line}`);
      });
    }
    child.once('error', (error) => {
      reject(
        error.code === 'ENOENT'
          ? new ReadableError(`${file} was not found: npm comes with Node; install both.`)
          : error,
      );
    });
    child.once('close', (code, signal) => {
      if (signal === null) resolve({ code, lastLines });
      else reject(new ReadableError(`The installation was stopped by ${signal}; run the command again to go on.`));
    });
  });
}

function say(line) {
  process.stderr.write(`${line}\n`);
}
