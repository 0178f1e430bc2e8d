/** Strikes processes, of those it was given and no other. */
import type { ChildProcess } from 'node:child_process';

export interface ProcessKiller extends Disposable {
  /** From now on it may be struck, under this name. A process that was given before under the name is forgotten. */
  add(name: string, child: ChildProcess): void;
  /** SIGKILL: no handler runs, nothing is finished. Resolves when it is gone. */
  kill(name: string): Promise<void>;
  /** SIGSTOP: it is there and does nothing; its connections stay open. */
  pause(name: string): void;
  /** SIGCONT. */
  resume(name: string): void;
  /** Kills what is left. */
  [Symbol.dispose](): void;
}

export function createProcessKiller(): ProcessKiller {
  const children = new Map<string, ChildProcess>();
  const find = (name: string) => {
    const child = children.get(name);
    if (child === undefined) throw new Error(`no process called ${name} was given`);
    return child;
  };
  /** Through the handle, never by number: a pid may be a stranger's by now. */
  const signal = (name: string, which: NodeJS.Signals) => {
    const child = find(name);
    if (!isRunning(child)) throw new Error(`${name} does not run any more`);
    child.kill(which);
  };
  return {
    add: (name, child) => void children.set(name, child),
    kill: async (name) => {
      const child = find(name);
      if (!isRunning(child)) return;
      const gone = new Promise<void>((resolve) => child.once('exit', () => resolve()));
      child.kill('SIGKILL');
      await gone;
    },
    pause: (name) => signal(name, 'SIGSTOP'),
    resume: (name) => signal(name, 'SIGCONT'),
    [Symbol.dispose]: () => {
      for (const child of children.values()) if (isRunning(child)) child.kill('SIGKILL');
    },
  };
}

function isRunning(child: ChildProcess): boolean {
  return child.pid !== undefined && child.exitCode === null && child.signalCode === null;
}
