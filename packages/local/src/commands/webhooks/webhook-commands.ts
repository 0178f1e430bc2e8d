import type { Command } from 'commander';
import type { CommandContext } from '../../cli/context.ts';
import { deadLettersCommand, redriveCommand } from './dead-letters.ts';
import { deliveriesCommand } from './deliveries.ts';
import { endpointsCommand } from './endpoints.ts';
import { webhooksJobsCommand } from './jobs.ts';
import { resealCommand } from './reseal.ts';
import { webhooksResendCommand } from './resend.ts';
import { rotateSecretCommand } from './rotate-secret.ts';
import { testEndpointCommand } from './test-endpoint.ts';
import { unacknowledgedCommand } from './unacknowledged.ts';

/** What operators do with webhooks; `settle webhooks` alone is the worker. */
const COMMANDS: readonly ((context: CommandContext) => Command)[] = [
  endpointsCommand,
  deliveriesCommand,
  testEndpointCommand,
  webhooksResendCommand,
  webhooksJobsCommand,
  deadLettersCommand,
  redriveCommand,
  unacknowledgedCommand,
  rotateSecretCommand,
  resealCommand,
];

export function addWebhookCommands(worker: Command, context: CommandContext): Command {
  for (const make of COMMANDS) worker.addCommand(make(context));
  return worker;
}
