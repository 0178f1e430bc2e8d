import { runProcess, type Service } from '@northwind/service-kit';
import { Command } from 'commander';
import type { CommandContext } from '../cli/context.ts';
import type { ServiceName } from '../stack/service-environment.ts';
import { stopWithParent } from '../stack/stop-with-parent.ts';
import { addWebhookCommands } from './webhooks/webhook-commands.ts';

interface ServiceCommand {
  readonly name: ServiceName;
  readonly description: string;
  readonly create: (env: CommandContext['env']) => Promise<Service>;
}

const SERVICES: readonly ServiceCommand[] = [
  {
    name: 'writer',
    description: 'SQS to the log: validate, append, delete',
    create: async (env) => (await import('@northwind/ledger-writer')).createWriterProcess(env),
  },
  {
    name: 'projector',
    description: 'the log to balances, payments and payouts',
    create: async (env) => (await import('@northwind/projector')).createProjectorProcess(env),
  },
  {
    name: 'sealer',
    description: 'seals the log in blocks, so that a change shows',
    create: async (env) => (await import('@northwind/event-store')).createSealerProcess(env),
  },
  {
    name: 'webhooks',
    description: 'payout transitions to the endpoints of merchants',
    create: async (env) => (await import('@northwind/webhooks')).createWebhooksProcess(env),
  },
  {
    name: 'api',
    description: 'HTTP API, live streams and the portal',
    create: async (env) => (await import('@northwind/query-api')).createApiProcess(env),
  },
];

export function serviceCommands(context: CommandContext): Command[] {
  return SERVICES.map(({ name, description, create }) => {
    const command = new Command(name)
      .description(description)
      .addHelpText(
        'after',
        `
Example:
  DATABASE_URL=postgres://… SQS_EVENTS_URL=https://sqs.eu-west-1.amazonaws.com/…/settlement-events settle ${name}

It is configured by environment alone; the README lists every variable. A wrong environment is exit code 2, with all
wrong variables at once. SIGTERM or Ctrl-C stops it in order, a second one at once.`,
      )
      .action(async () => {
        stopWithParent();
        await runProcess({ name, main: () => create(context.env) });
      });
    return name === 'webhooks' ? addWebhookCommands(command, context) : command;
  });
}
