import { stringify } from '@northwind/service-kit';
import { Command } from 'commander';
import { addFolderOption, addJsonOption, type CommandContext, surroundings } from '../cli/context.ts';
import { findDatabaseUrl, findSchemas } from '../cli/find-stack.ts';

interface Options {
  readonly folder: string;
  readonly json?: true;
}

export function migrateCommand(context: CommandContext): Command {
  const command = new Command('migrate')
    .description('bring a database to the schemas of this version')
    .addHelpText(
      'after',
      `
Examples:
  DATABASE_URL=postgres://… settle migrate    before the services of a new version start
  settle migrate                              the database of the stack that runs here

Migrations only ever add; the services of the version before go on working meanwhile. Two at once do no harm.`,
    )
    .action(async (options: Options) => {
      const { migrateAll } = await import('../stack/prepare-database.ts');
      const found = surroundings(context, options);
      const applied = await migrateAll(findDatabaseUrl(found), { schemas: findSchemas(found) });
      if (options.json) context.terminal.out(stringify({ applied }));
      else if (applied.length === 0) context.terminal.out('nothing to do: the database is up to date');
      else for (const { schema, name } of applied) context.terminal.out(`applied ${schema}/${name}`);
    });
  return addJsonOption(addFolderOption(command));
}
