import { environment } from '@northwind/service-kit';
import { runCli } from './cli/run-cli.ts';
import { processTerminal } from './cli/terminal.ts';

const env = environment();
const exitCode = await runCli(process.argv.slice(2), { env, terminal: processTerminal(env) });
// Set, not called: what was written to a pipe is still on its way.
process.exitCode = exitCode;
