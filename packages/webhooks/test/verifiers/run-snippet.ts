/** Takes a verify snippet out of docs/verifying-webhooks.md and runs it with its language's own runtime. */
import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface VerifierCase {
  readonly body: string;
  readonly webhookId: string;
  readonly timestamp: string;
  readonly signature: string;
  readonly secrets: readonly string[];
  /** Unix seconds. */
  readonly now: number;
}

interface Runtime {
  readonly heading: string;
  /** Says whether it is here. */
  readonly probe: readonly [string, ...string[]];
  readonly run: readonly [string, ...string[]];
  readonly snippetFile: string;
  readonly driverFile: string;
  /** What the file is that the snippet becomes; the snippet itself by default. */
  readonly assemble?: (snippet: string) => string;
}

const DOCUMENT = new URL('../../../../docs/verifying-webhooks.md', import.meta.url);
const DRIVERS = new URL('./', import.meta.url);
const JAVA_CLASS = 'final class WebhookVerifier';

export const RUNTIMES: readonly Runtime[] = [
  {
    heading: 'Node',
    probe: [process.execPath, '--version'],
    run: [process.execPath, 'driver.mjs'],
    snippetFile: 'snippet.mjs',
    driverFile: 'driver.mjs',
  },
  {
    heading: 'Python',
    probe: ['python3', '--version'],
    run: ['python3', 'driver.py'],
    snippetFile: 'snippet.py',
    driverFile: 'driver.py',
  },
  {
    heading: 'PHP',
    probe: ['php', '--version'],
    run: ['php', 'driver.php'],
    snippetFile: 'snippet.php',
    driverFile: 'driver.php',
  },
  {
    heading: 'Java',
    probe: ['java', '--version'],
    run: ['java', '-XX:TieredStopAtLevel=1', 'Snippet.java'],
    snippetFile: 'Snippet.java',
    driverFile: 'driver.java',
    // A single-file program: its imports, then the class with main, then what it calls.
    assemble: (snippet) => snippet.replace(JAVA_CLASS, () => `${readDriver('driver.java')}\n${JAVA_CLASS}`),
  },
  {
    heading: 'Ruby',
    probe: ['ruby', '--version'],
    run: ['ruby', 'driver.rb'],
    snippetFile: 'snippet.rb',
    driverFile: 'driver.rb',
  },
  {
    heading: 'Go',
    probe: ['go', 'version'],
    run: ['go', 'run', 'snippet.go', 'driver.go'],
    snippetFile: 'snippet.go',
    driverFile: 'driver.go',
    assemble: (snippet) => snippet.replace(/^package webhooks$/m, 'package main'),
  },
];

export function isHere({ probe: [command, ...args] }: Runtime): boolean {
  return spawnSync(command, args, { stdio: 'ignore' }).status === 0;
}

/** The first block of code under the heading. */
export function snippetUnder(heading: string): string {
  const text = readFileSync(DOCUMENT, 'utf8');
  const block = new RegExp(`^## ${heading}\\n+\`\`\`\\w+\\n(.*?)^\`\`\`$`, 'ms').exec(text)?.[1];
  if (block === undefined) throw new Error(`docs/verifying-webhooks.md has no code under "## ${heading}"`);
  return block;
}

/** A line per case: `accepted <id>` or `refused <why>`. */
export function runSnippet(runtime: Runtime, cases: readonly VerifierCase[]): string[] {
  const folder = mkdtempSync(join(tmpdir(), 'verify-snippet-'));
  try {
    const snippet = snippetUnder(runtime.heading);
    writeFileSync(join(folder, runtime.snippetFile), runtime.assemble?.(snippet) ?? snippet);
    copyFileSync(new URL(runtime.driverFile, DRIVERS), join(folder, runtime.driverFile));
    const [command, ...args] = runtime.run;
    const input = cases.map(toLine).join('');
    const { status, stdout, stderr, error } = spawnSync(command, args, { cwd: folder, input, encoding: 'utf8' });
    if (status !== 0) throw new Error(`${runtime.heading}: ${error?.message ?? stderr}`);
    return stdout.trimEnd().split('\n');
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function toLine({ body, webhookId, timestamp, signature, secrets, now }: VerifierCase): string {
  const fields = [body, webhookId, timestamp, signature, secrets.join(',')];
  return `${[...fields.map((field) => Buffer.from(field).toString('base64')), now].join('\t')}\n`;
}

function readDriver(file: string): string {
  return readFileSync(new URL(file, DRIVERS), 'utf8');
}
