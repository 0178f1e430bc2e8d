import { chmodSync, mkdirSync } from 'node:fs';
import { join, resolve } from 'node:path';

/** Where everything of one stack is. */
export interface StackFolder {
  readonly root: string;
  readonly stackFile: string;
  readonly lockFile: string;
  readonly logs: string;
  readonly queue: string;
}

/** `.settlement` beside the project's packages, wherever the command was called from. */
export const DEFAULT_FOLDER = resolve(import.meta.dirname, '../../../../.settlement');

export function stackFolder(root: string): StackFolder {
  const absolute = resolve(root);
  return {
    root: absolute,
    stackFile: join(absolute, 'stack.json'),
    lockFile: join(absolute, 'lock'),
    logs: join(absolute, 'logs'),
    queue: join(absolute, 'sqs'),
  };
}

/** The folder may be entered, so that another account can run PostgreSQL in it, but neither listed nor read. */
export function makeStackFolder(folder: StackFolder): void {
  mkdirSync(folder.root, { recursive: true });
  chmodSync(folder.root, 0o711);
  for (const path of [folder.logs, folder.queue]) mkdirSync(path, { recursive: true, mode: 0o700 });
}
