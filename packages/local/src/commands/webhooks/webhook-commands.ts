import type { Command } from 'commander';
import type { CommandContext } from '../../cli/context.ts';
import { endpointsCommand } from './endpoints.ts';

/** What operators do with webhooks; `settle webhooks` alone is the worker. */
const COMMANDS: readonly ((context: CommandContext) => Command)[] = [endpointsCommand];

export function addWebhookCommands(worker: Command, context: CommandContext): Command {
  for (const make of COMMANDS) worker.addCommand(make(context));
  return worker;
}
