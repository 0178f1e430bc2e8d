import type { Command } from 'commander';
import type { CommandContext } from '../../cli/context.ts';
import { deadLettersCommand, redriveCommand } from './dead-letters.ts';
import { webhooksJobsCommand } from './jobs.ts';
import { webhooksResendCommand } from './resend.ts';

/** What operators do with webhooks; `settle webhooks` alone is the worker. */
const COMMANDS: readonly ((context: CommandContext) => Command)[] = [
  webhooksResendCommand,
  webhooksJobsCommand,
  deadLettersCommand,
  redriveCommand,
];

export function addWebhookCommands(worker: Command, context: CommandContext): Command {
  for (const make of COMMANDS) worker.addCommand(make(context));
  return worker;
}
