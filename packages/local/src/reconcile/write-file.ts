import { existsSync, linkSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { UsageError } from '../cli/usage-error.ts';

export interface FileToWrite {
  readonly path: string;
  /** Takes the place of a file that is there. */
  readonly force: boolean;
}

/** Before any work is done for it. */
export function refuseToOverwrite({ path, force }: FileToWrite): void {
  if (!force && existsSync(path))
    throw new UsageError(`${path} is there already`, { hint: 'name another, or --force' });
}

/** All of it or nothing: whoever reads the file never sees a part, and a file that is there is not lost. */
export function writeWholeFile({ path, force }: FileToWrite, text: string): void {
  const part = `${path}.${process.pid}.part`;
  try {
    writeFileSync(part, text);
    if (force) renameSync(part, path);
    else linkSync(part, path); // unlike a rename, it is refused when the name is taken
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') refuseToOverwrite({ path, force });
    throw new UsageError(`${path} can't be written: ${(error as Error).message}`, { hint: 'name another file' });
  } finally {
    rmSync(part, { force: true });
  }
}
