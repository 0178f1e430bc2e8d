import type { Command } from 'commander';
import type { CommandContext } from '../../cli/context.ts';
import { deliveriesCommand } from './deliveries.ts';

/** What operators do with webhooks; `settle webhooks` alone is the worker. */
const COMMANDS: readonly ((context: CommandContext) => Command)[] = [deliveriesCommand];

export function addWebhookCommands(worker: Command, context: CommandContext): Command {
  for (const make of COMMANDS) worker.addCommand(make(context));
  return worker;
}
