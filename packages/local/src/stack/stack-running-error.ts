import { StartupError } from '@northwind/service-kit';
import type { StackFile } from './stack-file.ts';

/** Another process runs the stack of this folder. */
export class StackRunningError extends StartupError {
  readonly pid: number | null;
  readonly apiUrl: string | null;

  constructor(folder: string, stack: StackFile | null) {
    const { pid = null, apiUrl = null } = stack?.running ?? {};
    const who = pid === null ? 'it is just starting' : `pid ${pid}`;
    const stop = pid === null ? 'Ctrl-C there' : `Ctrl-C there, or kill ${pid}`;
    super(`the stack in ${folder} is running already (${apiUrl === null ? who : `${who}, ${apiUrl}`})`, {
      hint: `use it as it is, stop it (${stop}), or start another beside it with --folder and --port`,
    });
    this.pid = pid;
    this.apiUrl = apiUrl;
  }
}
