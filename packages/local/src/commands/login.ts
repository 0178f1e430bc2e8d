import { stringify } from '@northwind/service-kit';
import { Command } from 'commander';
import { addFolderOption, addJsonOption, type CommandContext, surroundings, wholeNumber } from '../cli/context.ts';
import { findDatabaseUrl, findRunningStack } from '../cli/find-stack.ts';
import { UsageError } from '../cli/usage-error.ts';
import { makeLoginLink } from '../stack/make-login-link.ts';
import { DEMO_MERCHANT } from '../stack/stack-options.ts';

interface Options {
  readonly folder: string;
  readonly merchant: string;
  readonly minutes: number;
  readonly url?: string;
  readonly json?: true;
}

const MINUTES = 60;
const MINUTES_MAX = 7 * 24 * 60;

export function loginCommand(context: CommandContext): Command {
  const command = new Command('login')
    .description('a new link into the portal')
    .option('--merchant <id>', 'whose portal', DEMO_MERCHANT)
    .option('--minutes <n>', 'how long the link is good for', wholeNumber(1, MINUTES_MAX), MINUTES)
    .option('--url <origin>', 'where the portal is (default: the stack that runs here)')
    .addHelpText(
      'after',
      `
Example:
  settle login --merchant mer_042

A link works once: opening it exchanges it for a session cookie. What makes it secret is behind the #, which browsers
keep to themselves.`,
    )
    .action(async (options: Options) => {
      const origin = options.url ?? findRunningStack(options.folder)?.running?.apiUrl;
      if (!origin) {
        throw new UsageError('where the portal is can not be told: no stack runs here', { hint: 'name it with --url' });
      }
      const databaseUrl = findDatabaseUrl(surroundings(context, options));
      const { merchant: merchantId, minutes } = options;
      const link = await makeLoginLink(databaseUrl, { merchantId, origin, ttlMs: minutes * 60_000 });
      context.terminal.out(options.json ? stringify({ merchantId, ...link }) : link.url);
    });
  return addJsonOption(addFolderOption(command));
}
