import { ConfigError, explainStartupError } from '@northwind/service-kit';
import { CommanderError } from 'commander';
import type { CommandContext } from './context.ts';
import { createProgram } from './create-program.ts';
import { EXIT_FAILURE, EXIT_OK, EXIT_USAGE } from './exit-codes.ts';
import { UsageError } from './usage-error.ts';

export type CliContext = Omit<CommandContext, 'exitWith'>;

/** Runs one command line. Resolves with its exit code; never throws. */
export async function runCli(commandLine: readonly string[], context: CliContext): Promise<number> {
  let exitCode = EXIT_OK;
  const program = createProgram({
    ...context,
    exitWith: (code) => {
      exitCode = code;
    },
  });
  try {
    await program.parseAsync([...commandLine], { from: 'user' });
    return exitCode;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT_OK : EXIT_USAGE;
    context.terminal.err(`settle: ${explainStartupError(error)}`);
    return error instanceof ConfigError || error instanceof UsageError ? EXIT_USAGE : EXIT_FAILURE;
  }
}
