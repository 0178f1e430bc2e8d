import { stringify } from '@northwind/service-kit';
import type { ListedDeadLetter, RedriveReport } from '@northwind/webhooks';
import type { DeliveryTables } from '@northwind/webhooks/tables';
import { Command } from 'commander';
import {
  addFolderOption,
  addJsonOption,
  aName,
  type CommandContext,
  surroundings,
  wholeNumber,
} from '../../cli/context.ts';
import { EXIT_FAILURE } from '../../cli/exit-codes.ts';
import { findDeadLettersQueue } from '../../cli/find-stack.ts';
import { formatTable } from '../../cli/print-table.ts';
import { withDatabase } from '../../cli/with-database.ts';

interface ListOptions {
  readonly folder: string;
  readonly merchant?: string;
  readonly endpoint?: string;
  readonly limit: number;
  readonly json?: true;
}

const LIMIT = 20;
const LIMIT_MAX = 200;

export function deadLettersCommand(context: CommandContext): Command {
  const command = new Command('dead-letters')
    .description('deliveries that were given up and not sent again since (newest first)')
    .option('--merchant <id>', 'of one merchant')
    .option('--endpoint <id>', 'to one endpoint')
    .option('--limit <n>', 'at most so many', wholeNumber(1, LIMIT_MAX), LIMIT)
    .addHelpText(
      'after',
      `
Examples:
  settle webhooks dead-letters --merchant mer_001
  settle webhooks resend --merchant mer_001 --by ada     send them all again
  settle webhooks redrive --by ada                       send those again that are on the dead-letter queue

Told says whether SQS has the message about it; no is normal for a second, or while SQS is away.`,
    )
    .action(async (options: ListOptions) => {
      const { listDeadLetters } = await import('@northwind/webhooks');
      const { merchant, endpoint: endpointId, limit } = options;
      const letters = await withDatabase<DeliveryTables, ListedDeadLetter[]>(surroundings(context, options), (db) =>
        listDeadLetters(db, { merchantId: merchant ?? null, endpointId, limit }),
      );
      if (options.json) return context.terminal.out(stringify({ deadLetters: letters }));
      if (letters.length === 0) return context.terminal.out('no dead letters');
      context.terminal.out(
        formatTable(letters, [
          { title: 'given up', value: (row) => row.exhaustedAt },
          { title: 'merchant', value: (row) => row.merchantId },
          { title: 'payout', value: (row) => row.payoutId },
          { title: 'url', value: (row) => row.url },
          { title: 'attempts', value: (row) => String(row.attemptsMade), align: 'right' },
          { title: 'last outcome', value: (row) => row.lastOutcome },
          { title: 'told', value: (row) => (row.announced ? 'yes' : 'no') },
          { title: 'delivery', value: (row) => row.deliveryId },
        ]),
      );
    });
  return addJsonOption(addFolderOption(command));
}

interface RedriveOptions {
  readonly folder: string;
  readonly by: string;
  readonly limit?: number;
  readonly json?: true;
}

const MESSAGES_MAX = 10_000_000;

export function redriveCommand(context: CommandContext): Command {
  const command = new Command('redrive')
    .description('send the deliveries again that the dead-letter queue names, and delete its messages')
    .requiredOption('--by <name>', 'who says so; receipts show it', aName)
    .option('--limit <n>', 'at most so many messages, about', wholeNumber(1, MESSAGES_MAX))
    .addHelpText(
      'after',
      `
Examples:
  settle webhooks redrive --by ada
  SQS_WEBHOOK_DEAD_LETTERS_URL=https://sqs.…/webhook-dead-letters settle webhooks redrive --by ada

A message is deleted once its delivery is in the queue again; interrupted, it may be run again and sends nothing twice.
Messages about endpoints that are off, and messages of others, stay on the queue; then the exit code is 1.`,
    )
    .action(async (options: RedriveOptions) => {
      const { openDeadLetterQueue, redriveDeadLetters } = await import('@northwind/webhooks');
      const queue = openDeadLetterQueue(findDeadLettersQueue(surroundings(context, options)));
      try {
        const order = { queue, actor: options.by, limit: options.limit };
        const report = await withDatabase<DeliveryTables, RedriveReport>(surroundings(context, options), (db) =>
          redriveDeadLetters(db, order),
        );
        if (report.endpointOff + report.foreign > 0) context.exitWith(EXIT_FAILURE);
        context.terminal.out(options.json ? stringify(report) : renderReport(report));
      } finally {
        queue.close();
      }
    });
  return addJsonOption(addFolderOption(command));
}

function renderReport({ received, resent, alreadyOver, endpointOff, foreign }: RedriveReport): string {
  if (received === 0) return 'the dead-letter queue is empty';
  const parts = [`${received} messages: ${resent} sent again`];
  if (alreadyOver > 0) parts.push(`${alreadyOver} had been before`);
  if (endpointOff > 0) parts.push(`${endpointOff} kept because the endpoint is off`);
  if (foreign > 0) parts.push(`${foreign} kept that are no dead letters`);
  return parts.join(', ');
}
