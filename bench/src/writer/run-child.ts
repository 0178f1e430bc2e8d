/** A program that is measured or that serves what is measured, in a process of its own. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { environment, systemClock } from '@northwind/service-kit';

export interface Child extends AsyncDisposable {
  readonly pid: number;
  /** Resolves with the next message that the program sends over IPC; rejects when the program has ended. */
  next(): Promise<unknown>;
  /** A message to the program. */
  send(message: string): void;
  /** SIGKILL: nothing is finished. Resolves when it is gone. */
  kill(): Promise<void>;
}

const STOP_TIMEOUT_MS = 10_000;
/** A process that starts for the second time takes half the time: what is killed every second would do nothing else. */
const COMPILE_CACHE = join(tmpdir(), 'northwind-bench-compiled');

/** Ends with this process whatever happens. SIGTERM ends it in order. */
export function runChild(program: URL, variables: Readonly<Record<string, string>>): Child {
  const child = spawn(process.execPath, [fileURLToPath(program)], {
    env: { ...environment(), NODE_NO_WARNINGS: '1', NODE_COMPILE_CACHE: COMPILE_CACHE, ...variables },
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  const kill = () => child.kill('SIGKILL');
  process.once('exit', kill);
  const messages: unknown[] = [];
  let arrived = Promise.withResolvers<void>();
  const wake = () => {
    arrived.resolve();
    arrived = Promise.withResolvers<void>();
  };
  child.on('message', (message) => {
    messages.push(message);
    wake();
  });
  child.once('exit', () => {
    process.off('exit', kill);
    wake();
  });

  return {
    pid: child.pid ?? 0,
    async next() {
      while (messages.length === 0) {
        if (hasEnded(child)) throw new Error(`${program.pathname} ended by itself (exit code ${child.exitCode})`);
        await arrived.promise;
      }
      return messages.shift();
    },
    send: (message) => void child.send(message),
    async kill() {
      if (hasEnded(child)) return;
      const ended = once(child, 'exit');
      kill();
      await ended;
    },
    [Symbol.asyncDispose]: async () => {
      if (hasEnded(child)) return;
      const ended = once(child, 'exit');
      child.kill('SIGTERM');
      const patience = new AbortController();
      systemClock.sleep(STOP_TIMEOUT_MS, patience.signal).then(kill, () => undefined);
      await ended;
      patience.abort();
    },
  };
}

function hasEnded(child: ChildProcess): boolean {
  return child.exitCode !== null || child.signalCode !== null;
}
