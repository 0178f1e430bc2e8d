import { StartupError, stringify, systemClock } from '@northwind/service-kit';
import type { Delivery, TestOutcome } from '@northwind/webhooks';
import type { DeliveryTables } from '@northwind/webhooks/tables';
import { Command } from 'commander';
import type { Kysely } from 'kysely';
import { addFolderOption, addJsonOption, type CommandContext, surroundings } from '../../cli/context.ts';
import { EXIT_FAILURE } from '../../cli/exit-codes.ts';
import { UsageError } from '../../cli/usage-error.ts';
import { withDatabase } from '../../cli/with-database.ts';
import { findEndpointOwner } from '../../look/find-endpoint-owner.ts';

interface Options {
  readonly folder: string;
  readonly json?: true;
}

/** An attempt takes fifteen seconds at most; a busy worker takes a moment to begin. */
const WAIT_MS = 20_000;
const LOOK_MS = 200;

export function testEndpointCommand(context: CommandContext): Command {
  const command = new Command('test')
    .description('send an endpoint one webhook.test and tell what it answered')
    .argument('<endpointId>', 'we_…')
    .addHelpText(
      'after',
      `
Example:
  settle webhooks test we_0f3a…

It is signed and sent by the workers like any other webhook, once. Six a minute per endpoint and sixty an hour per
merchant are sent. Exit code 1: it was not answered with 200–299.`,
    )
    .action(async (endpointId: string, options: Options) => {
      const delivery = await withDatabase<DeliveryTables, Delivery>(surroundings(context, options), (db) =>
        sendAndWait(db, endpointId),
      );
      if (delivery.state !== 'delivered') context.exitWith(EXIT_FAILURE);
      if (options.json) return context.terminal.out(stringify({ delivery }));
      for (const line of describe(delivery)) context.terminal.out(line);
    });
  return addJsonOption(addFolderOption(command));
}

async function sendAndWait(db: Kysely<DeliveryTables>, endpointId: string): Promise<Delivery> {
  const { listDeliveries, sendTestEvent } = await import('@northwind/webhooks');
  const merchantId = await findEndpointOwner(db, endpointId);
  const outcome: TestOutcome =
    merchantId === undefined ? { kind: 'endpoint_not_found' } : await sendTestEvent(db, { merchantId, endpointId });
  if (merchantId === undefined || outcome.kind !== 'planned') throw refusal(endpointId, outcome);
  const { deliveryId } = outcome;
  for (let waitedMs = 0; ; waitedMs += LOOK_MS) {
    const [delivery] = await listDeliveries(db, { merchantId, deliveryIds: [deliveryId] });
    if (delivery === undefined) throw new Error(`delivery ${deliveryId} is gone`);
    if (delivery.state !== 'pending' || waitedMs >= WAIT_MS) return delivery;
    await systemClock.sleep(LOOK_MS);
  }
}

function refusal(endpointId: string, outcome: TestOutcome): Error {
  switch (outcome.kind) {
    case 'endpoint_disabled':
      return new StartupError(`${endpointId} is disabled`, { hint: 'nothing is sent to it until it is enabled again' });
    case 'too_many_tests':
      return new StartupError(`${outcome.max} tests within a ${outcome.per} are enough`, {
        hint: `wait a ${outcome.per}`,
      });
    default:
      return new UsageError(`there is no endpoint ${endpointId}`, { hint: 'an endpoint id begins with we_' });
  }
}

function describe(delivery: Delivery): string[] {
  const first = `${delivery.webhookId} to ${delivery.url}`;
  const attempt = delivery.attempts.at(-1);
  if (attempt === undefined) return [first, 'not sent yet: is a worker running? settle webhooks'];
  const status = attempt.responseStatus === null ? '' : ` ${attempt.responseStatus}`;
  const detail = attempt.detail === null ? '' : `: ${attempt.detail}`;
  return [first, `${attempt.outcome}${status} after ${attempt.durationMs ?? '?'} ms${detail}`];
}
