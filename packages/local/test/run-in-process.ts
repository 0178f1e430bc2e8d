import { createColors } from 'picocolors';
import { runCli } from '../src/cli/run-cli.ts';

export interface Said {
  readonly exitCode: number;
  readonly out: string;
  readonly err: string;
}

/** One `settle` command in this process, with this environment and no other. */
export async function runInProcess(
  commandLine: readonly string[],
  env: Readonly<Record<string, string>>,
): Promise<Said> {
  const said: { out: string[]; err: string[] } = { out: [], err: [] };
  const terminal = {
    out: (line: string) => void said.out.push(line),
    err: (line: string) => void said.err.push(line),
    isInteractive: false,
    color: createColors(false),
  };
  const exitCode = await runCli([...commandLine], { env, terminal });
  return { exitCode, out: said.out.join('\n'), err: said.err.join('\n') };
}
