import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';

const MAIN = join(import.meta.dirname, '../src/main.ts');

export interface Finished {
  readonly exitCode: number | null;
  readonly out: string;
  readonly err: string;
}

/** One `settle` command as a process of its own, with nothing of this one's configuration. */
export async function runSettle(...commandLine: readonly string[]): Promise<Finished> {
  const { child, output } = spawnSettle(commandLine);
  await once(child, 'close');
  return { exitCode: child.exitCode, ...output };
}

export interface UpAnswer {
  readonly urls: Readonly<Record<'api' | 'databaseUrl' | 'eventsQueueUrl' | 'portal', string>>;
  readonly keys: Readonly<Record<'merchant' | 'finance' | 'operator', string>>;
  readonly children: readonly { readonly name: string; readonly pid: number }[];
  readonly startedInMs: number;
}

export interface RunningUp extends UpAnswer {
  readonly pid: number;
  /** Everything it said to people so far. */
  said(): string;
  /** Sends a signal; resolves, when it has ended, with its exit code and how long that took. */
  end(signal: NodeJS.Signals): Promise<{ readonly exitCode: number | null; readonly tookMs: number }>;
}

/** `settle up`, ready. Throws what it said when it ends before. */
export async function settleUp(...options: readonly string[]): Promise<RunningUp> {
  const { child, output } = spawnSettle(['up', '--json', ...options]);
  const closed = once(child, 'close');
  const answered = new Promise<UpAnswer>((resolve) => {
    child.stdout?.on('data', () => {
      if (output.out.includes('\n')) resolve(JSON.parse(output.out) as UpAnswer);
    });
  });
  const answer = await Promise.race([answered, closed.then(() => null)]);
  if (answer === null || child.pid === undefined) throw new Error(`settle up ended: ${output.err}`);
  return {
    ...answer,
    pid: child.pid,
    said: () => output.err,
    end: async (signal) => {
      const before = performance.now();
      child.kill(signal);
      await closed;
      return { exitCode: child.exitCode, tookMs: performance.now() - before };
    },
  };
}

function spawnSettle(commandLine: readonly string[]): { child: ChildProcess; output: { out: string; err: string } } {
  const child = spawn(process.execPath, [MAIN, ...commandLine], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { PATH: '/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin', HOME: '/nonexistent' },
  });
  const output = { out: '', err: '' };
  child.stdout.on('data', (chunk: Buffer) => {
    output.out += chunk.toString();
  });
  child.stderr.on('data', (chunk: Buffer) => {
    output.err += chunk.toString();
  });
  return { child, output };
}
