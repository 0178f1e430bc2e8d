import { Command } from 'commander';
import { anomaliesCommand } from '../commands/anomalies.ts';
import { balancesCommand } from '../commands/balances.ts';
import { chaosCommand } from '../commands/chaos.ts';
import { conflictsCommand } from '../commands/conflicts.ts';
import { convertCommand } from '../commands/convert.ts';
import { demoCommand } from '../commands/demo.ts';
import { groupsCommand } from '../commands/groups.ts';
import { keysCommand } from '../commands/keys.ts';
import { loginCommand } from '../commands/login.ts';
import { migrateCommand } from '../commands/migrate.ts';
import { payoutsCommand } from '../commands/payouts.ts';
import { queueCommand } from '../commands/queue.ts';
import { rebuildCommand } from '../commands/rebuild.ts';
import { reconcileCommand } from '../commands/reconcile.ts';
import { rejectionsCommand } from '../commands/rejections.ts';
import { resumeCommand } from '../commands/resume.ts';
import { sealCommand } from '../commands/seal.ts';
import { sendCommand } from '../commands/send.ts';
import { serviceCommands } from '../commands/services.ts';
import { statementsCommand } from '../commands/statements.ts';
import { trialBalanceCommand } from '../commands/trial-balance.ts';
import { upCommand } from '../commands/up.ts';
import { verifyCommand } from '../commands/verify.ts';
import type { CommandContext } from './context.ts';

const GUIDE = `
First steps:
  settle up                          start everything; leave it running
  settle balances --merchant mer_001 in another terminal: what is where
  settle send events.ndjson          your own events into the queue
  settle demo                        the proof in a minute, in a system of its own

Exit codes:
  0  it worked
  1  it failed, or what was checked is not right
  2  the command line or the environment is wrong; nothing was begun
  3  what was measured does not count

Environment:
  DATABASE_URL, SQS_EVENTS_URL, SQS_ENDPOINT, AWS_REGION   work with another system than the one on this machine
  NO_COLOR                                                 no colours`;

/** The command line: \`settle <command>\`. */
export function createProgram(context: CommandContext): Command {
  const program = new Command('settle')
    .description('Northwind Settlement: the whole system on one machine, and the tools to work with any.')
    .exitOverride()
    .showHelpAfterError('(settle --help shows how)')
    .configureOutput({
      writeOut: (text) => context.terminal.out(text.trimEnd()),
      writeErr: (text) => context.terminal.err(text.trimEnd()),
    })
    .helpCommand('help [command]', 'explain one command')
    .addHelpText('after', GUIDE);

  add(program, 'Run', [upCommand, demoCommand, chaosCommand]);
  add(program, 'Send', [sendCommand, convertCommand]);
  add(program, 'Look', [
    balancesCommand,
    payoutsCommand,
    anomaliesCommand,
    groupsCommand,
    rejectionsCommand,
    conflictsCommand,
  ]);
  add(program, 'Reconcile', [reconcileCommand, statementsCommand, trialBalanceCommand, rebuildCommand]);
  add(program, 'Administer', [migrateCommand, loginCommand, keysCommand, resumeCommand]);
  add(program, 'Verify', [verifyCommand, sealCommand]);
  program.commandsGroup('One service each, as production runs them (configured by environment alone):');
  for (const command of serviceCommands(context)) program.addCommand(inherit(command, program));
  program.addCommand(inherit(queueCommand(context), program), { hidden: true });
  return program;

  function add(to: Command, group: string, makers: readonly ((context: CommandContext) => Command)[]): void {
    to.commandsGroup(`${group}:`);
    for (const make of makers) to.addCommand(inherit(make(context), to));
  }
}

/** Errors and output of a command, and of its own commands, go where the program's go. */
function inherit(command: Command, program: Command): Command {
  command.copyInheritedSettings(program);
  for (const child of command.commands) inherit(child, command);
  return command;
}
