/**
 * Writes docs/environment.md: every variable that the services read, from the schemas that check them.
 * With --check it writes nothing and exits 1 when the file differs.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { sealerConfigSchema } from '@northwind/event-store';
import { writerConfigSchema } from '@northwind/ledger-writer';
import { projectorConfigSchema } from '@northwind/projector';
import { apiConfigSchema } from '@northwind/query-api';
import { type ConfigVariable, describeConfig } from '@northwind/service-kit';
import { webhooksConfigSchema } from '@northwind/webhooks';

const SERVICES = {
  writer: writerConfigSchema,
  projector: projectorConfigSchema,
  sealer: sealerConfigSchema,
  webhooks: webhooksConfigSchema,
  api: apiConfigSchema,
};
const FILE = new URL('../../../docs/environment.md', import.meta.url);

const HEAD = `# Environment

Every variable that a service reads; each service refuses to start on a wrong one and lists all that are wrong at once.
Names that begin with \`SETTLEMENT_\` and that no service knows are refused, so a typing mistake can't leave a
default in force.
An empty variable counts as not set. Generated from the services' configuration schemas by
\`packages/local/scripts/generate-environment.ts\`.

AWS credentials come from where the AWS SDK finds them (environment, profile, instance role).

| variable | services | default | meaning |
|---|---|---|---|
`;

interface Row extends ConfigVariable {
  readonly services: string[];
  /** What each of the services takes when it is not set. */
  readonly defaults: (string | null)[];
}

function collectRows(): Row[] {
  const rows = new Map<string, Row>();
  for (const [service, schema] of Object.entries(SERVICES)) {
    for (const variable of describeConfig(schema)) {
      const known = rows.get(variable.name);
      if (known) {
        known.services.push(service);
        known.defaults.push(variable.default);
      } else rows.set(variable.name, { ...variable, services: [service], defaults: [variable.default] });
    }
  }
  const shared = (row: Row) => (row.services.length === Object.keys(SERVICES).length ? 0 : 1);
  return [...rows.values()].sort((a, b) => shared(a) - shared(b) || a.name.localeCompare(b.name));
}

function toLine(row: Row): string {
  const services = row.services.length === Object.keys(SERVICES).length ? 'all' : row.services.join(', ');
  const meaning = `${row.description.replaceAll('|', '\\|')}${row.secret ? ' (secret: never logged)' : ''}`;
  return `| \`${row.name}\` | ${services} | ${describeDefault(row)} | ${meaning} |`;
}

function describeDefault({ services, defaults, required }: Row): string {
  if (required) return '**required**';
  if (new Set(defaults).size === 1) return defaults[0] === null ? '–' : `\`${defaults[0]}\``;
  return services.map((service, i) => `${service}: \`${defaults[i] ?? '–'}\``).join(', ');
}

const text = `${HEAD}${collectRows().map(toLine).join('\n')}\n`;

if (!process.argv.includes('--check')) writeFileSync(FILE, text);
else if (readFileSync(FILE, 'utf8') !== text) {
  process.stderr.write(
    'docs/environment.md is not what the schemas say; run: node packages/local/scripts/generate-environment.ts\n',
  );
  process.exitCode = 1;
}
