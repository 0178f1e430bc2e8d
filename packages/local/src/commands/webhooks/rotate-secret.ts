import { randomBytes, stringify } from '@northwind/service-kit';
import type { DeliveryTables } from '@northwind/webhooks/tables';
import { Command, Option } from 'commander';
import {
  addFolderOption,
  addJsonOption,
  aName,
  aReason,
  type CommandContext,
  surroundings,
  wholeNumber,
} from '../../cli/context.ts';
import { UsageError } from '../../cli/usage-error.ts';
import { withDatabase } from '../../cli/with-database.ts';
import { findSecretsKeys } from './find-secrets-keys.ts';

const OVERLAP_HOURS_MAX = 168;

interface Options {
  readonly folder: string;
  readonly merchant: string;
  readonly scheme: 'v1' | 'v1a';
  readonly overlapHours: number;
  readonly by: string;
  readonly reason: string;
  readonly json?: true;
}

export function rotateSecretCommand(context: CommandContext): Command {
  const command = new Command('rotate-secret')
    .description('a new signing secret for an endpoint; it is shown once')
    .argument('<endpoint>', 'its id, we_…')
    .requiredOption('--merchant <id>', 'whose endpoint it is')
    .addOption(new Option('--scheme <scheme>', 'v1a is a key pair beside v1').choices(['v1', 'v1a']).default('v1'))
    .option('--overlap-hours <n>', 'how long older ones sign beside it', wholeNumber(0, OVERLAP_HOURS_MAX), 24)
    .requiredOption('--by <name>', 'who says so; it is recorded', aName)
    .requiredOption('--reason <text>', 'why; it is recorded', aReason)
    .addHelpText(
      'after',
      `
Examples:
  settle webhooks rotate-secret we_… --merchant mer_042 --by ada --reason "yearly"
  settle webhooks rotate-secret we_… --merchant mer_042 --overlap-hours 0 --by ada --reason "INC-17: it leaked"

During the overlap every request carries a signature for each secret, the new one's first. With 0 hours the old ones
end at once. Merchants do it themselves by POST /v1/webhook-endpoints/{id}/secret/rotate.`,
    )
    .action(async (endpointId: string, options: Options) => {
      const { rotateSecret } = await import('@northwind/webhooks');
      const { secretsKey } = await findSecretsKeys(surroundings(context, options));
      const { merchant: merchantId, scheme, overlapHours, by: actor, reason } = options;
      const wish = { merchantId, endpointId, scheme, overlapHours, actor, reason };
      const result = await withDatabase<DeliveryTables, Awaited<ReturnType<typeof rotateSecret>>>(
        surroundings(context, options),
        (db) => rotateSecret(db, wish, { secretsKey, randomBytes }),
      );
      if (!result.ok) {
        throw new UsageError(`${result.problem.field} ${result.problem.message}`, { hint: 'nothing was changed' });
      }
      const { ok: _, ...rotated } = result;
      context.terminal.out(
        options.json ? stringify({ endpointId, ...rotated }) : (rotated.secret ?? rotated.publicKey ?? ''),
      );
    });
  return addJsonOption(addFolderOption(command));
}
