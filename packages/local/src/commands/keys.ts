import type { AccessTables } from '@northwind/query-api';
import { openDatabase, stringify } from '@northwind/service-kit';
import { Command, Option } from 'commander';
import { addFolderOption, addJsonOption, type CommandContext, surroundings } from '../cli/context.ts';
import { findDatabaseUrl } from '../cli/find-stack.ts';
import { UsageError } from '../cli/usage-error.ts';

const ROLES = ['merchant', 'finance', 'operator'] as const;

interface Options {
  readonly folder: string;
  readonly role: (typeof ROLES)[number];
  readonly merchant?: string;
  readonly name: string;
  readonly json?: true;
}

export function keysCommand(context: CommandContext): Command {
  const create = new Command('create')
    .description('a new API key; it is shown once')
    .addOption(new Option('--role <role>', 'what it may see').choices(ROLES).default('merchant'))
    .option('--merchant <id>', "whose data a merchant's key sees")
    .requiredOption('--name <name>', 'who uses it, for people')
    .addHelpText(
      'after',
      `
Examples:
  settle keys create --merchant mer_042 --name "shop backend"
  settle keys create --role finance --name reconciliation

Use it as: curl -H "Authorization: Bearer nws_…" http://127.0.0.1:8080/v1/balances`,
    )
    .action(async (options: Options) => {
      const { role, merchant, name } = options;
      if ((role === 'merchant') !== (merchant !== undefined)) {
        throw new UsageError(
          role === 'merchant' ? "a merchant's key needs its merchant" : `a ${role} key has no merchant`,
          {
            hint: role === 'merchant' ? 'add --merchant <id>' : 'leave --merchant out',
          },
        );
      }
      const { createApiKey } = await import('@northwind/query-api');
      const url = findDatabaseUrl(surroundings(context, options));
      await using database = openDatabase<AccessTables>({ url, applicationName: 'settle', connectionsMax: 1 });
      const { keyId, key } = await createApiKey(database.db, { role, merchantId: merchant ?? null, name });
      context.terminal.out(options.json ? stringify({ keyId, key, role, merchantId: merchant ?? null, name }) : key);
    });
  return new Command('keys').description('API keys').addCommand(addJsonOption(addFolderOption(create)));
}
