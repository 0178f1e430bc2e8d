import { randomBytes, stringify } from '@northwind/service-kit';
import type { ResealReport } from '@northwind/webhooks';
import type { DeliveryTables } from '@northwind/webhooks/tables';
import { Command } from 'commander';
import { addFolderOption, addJsonOption, aName, type CommandContext, surroundings } from '../../cli/context.ts';
import { EXIT_FAILURE } from '../../cli/exit-codes.ts';
import { formatNumber } from '../../cli/format-number.ts';
import { withDatabase } from '../../cli/with-database.ts';
import { findSecretsKeys } from './find-secrets-keys.ts';

interface Options {
  readonly folder: string;
  readonly by: string;
  readonly json?: true;
}

export function resealCommand(context: CommandContext): Command {
  const command = new Command('reseal')
    .description('encrypt all signing secrets under the current SETTLEMENT_SECRETS_KEY')
    .requiredOption('--by <name>', 'who says so; it is recorded', aName)
    .addHelpText(
      'after',
      `
Example:
  SETTLEMENT_SECRETS_KEY=<new> SETTLEMENT_SECRETS_KEYS_OLD=<old> settle webhooks reseal --by ada

How a key is replaced without a pause, with these variables of workers and API:
  1. SETTLEMENT_SECRETS_KEY=<old>  SETTLEMENT_SECRETS_KEYS_OLD=<new>   all of them can open what either has sealed
  2. SETTLEMENT_SECRETS_KEY=<new>  SETTLEMENT_SECRETS_KEYS_OLD=<old>   new secrets are sealed with the new key
  3. settle webhooks reseal, in this environment
  4. SETTLEMENT_SECRETS_KEY=<new>                                      the old key may go

Secrets stay what they are: merchants notice nothing. A run that broke off is repeated and goes on with the rest. What
no key opens is listed and is exit code 1: keep the old keys, or rotate those secrets.`,
    )
    .action(async (options: Options) => {
      const { resealSecrets } = await import('@northwind/webhooks');
      const keys = await findSecretsKeys(surroundings(context, options));
      const report = await withDatabase<DeliveryTables, ResealReport>(surroundings(context, options), (db) =>
        resealSecrets(db, { ...keys, randomBytes, actor: options.by }),
      );
      if (report.unreadable.length > 0) context.exitWith(EXIT_FAILURE);
      if (options.json) return context.terminal.out(stringify(report));
      context.terminal.out(`resealed under key ${report.keyId}: ${formatNumber(report.resealed)}`);
      for (const { endpointId, version, keyId } of report.unreadable) {
        context.terminal.out(`not readable: ${endpointId} version ${version}, sealed with key ${keyId}`);
      }
    });
  return addJsonOption(addFolderOption(command));
}
