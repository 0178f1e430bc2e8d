import { stringify } from '@northwind/service-kit';
import type { ResendItem, ResendItemState, ResendJob, ResendOrder } from '@northwind/webhooks';
import type { DeliveryTables } from '@northwind/webhooks/tables';
import { Command, Option } from 'commander';
import { addFolderOption, addJsonOption, type CommandContext, surroundings, wholeNumber } from '../../cli/context.ts';
import { formatTable } from '../../cli/print-table.ts';
import { UsageError } from '../../cli/usage-error.ts';
import { withDatabase } from '../../cli/with-database.ts';

interface Options {
  readonly folder: string;
  readonly items?: ResendItemState;
  readonly limit: number;
  readonly json?: true;
}

const STATES = ['waiting', 'sending', 'delivered', 'exhausted', 'cancelled', 'skipped'] as const;
const LIMIT = 20;
const LIMIT_MAX = 200;

export function webhooksJobsCommand(context: CommandContext): Command {
  const command = new Command('jobs')
    .description('bulk re-sends and how far they are; pause, resume and cancel steer one')
    // Or what stands behind a command of its own would be taken for an option of this one.
    .enablePositionalOptions()
    .argument('[job]', 'one of them')
    .addOption(new Option('--items <state>', 'what became of its deliveries: those in this state').choices(STATES))
    .option('--limit <n>', 'at most so many', wholeNumber(1, LIMIT_MAX), LIMIT)
    .addHelpText(
      'after',
      `
Examples:
  settle webhooks jobs
  settle webhooks jobs rj_… --items skipped
  settle webhooks jobs pause rj_…

Sending are deliveries that are out and not over: their retries may take days. The states sum to the total.`,
    )
    .action(async (jobId: string | undefined, options: Options) => {
      if (options.items !== undefined) return printItems(context, jobId, options);
      const { listResendJobs } = await import('@northwind/webhooks');
      const wish = { merchantId: null, limit: options.limit, ...(jobId !== undefined && { jobId }) };
      const jobs = await withDatabase<DeliveryTables, ResendJob[]>(surroundings(context, options), (db) =>
        listResendJobs(db, wish),
      );
      if (jobId !== undefined && jobs.length === 0) throw noSuchJob(jobId);
      if (options.json) return context.terminal.out(stringify({ jobs }));
      context.terminal.out(jobs.length === 0 ? 'no bulk re-sends' : jobTable(jobs));
    });
  addJsonOption(addFolderOption(command));
  for (const order of ['pause', 'resume', 'cancel'] as const) command.addCommand(orderCommand(context, order));
  return command;
}

async function printItems(context: CommandContext, jobId: string | undefined, options: Options): Promise<void> {
  if (jobId === undefined) throw new UsageError('--items are those of one job', { hint: 'name the job' });
  const { listResendItems } = await import('@northwind/webhooks');
  const wish = { jobId, state: options.items, limit: options.limit };
  const items = await withDatabase<DeliveryTables, ResendItem[]>(surroundings(context, options), (db) =>
    listResendItems(db, wish),
  );
  if (options.json) return context.terminal.out(stringify({ items }));
  if (items.length === 0) return context.terminal.out('none');
  context.terminal.out(
    formatTable(items, [
      { title: 'delivery', value: (row) => row.deliveryId },
      { title: 'endpoint', value: (row) => row.endpointId },
      { title: 'state', value: (row) => row.state },
      { title: 'why', value: (row) => row.reason ?? '-' },
      { title: 'last outcome', value: (row) => row.lastOutcome ?? '-' },
    ]),
  );
}

const DESCRIPTIONS: Readonly<Record<ResendOrder, string>> = {
  pause: 'let nothing more out for now; what is out goes on',
  resume: 'go on where it was paused',
  cancel: 'let nothing more out for good; what is out goes on',
};

function orderCommand(context: CommandContext, order: ResendOrder): Command {
  const command = new Command(order)
    .description(DESCRIPTIONS[order])
    .argument('<job>', 'as settle webhooks jobs names it')
    .action(async (jobId: string, options: Pick<Options, 'folder' | 'json'>) => {
      const { orderResendJob, readResendJob } = await import('@northwind/webhooks');
      const { outcome, job } = await withDatabase<
        DeliveryTables,
        { outcome: Awaited<ReturnType<typeof orderResendJob>>; job: ResendJob | null }
      >(surroundings(context, options), async (db) => ({
        outcome: await orderResendJob(db, { merchantId: null, jobId, order }),
        job: await readResendJob(db, { merchantId: null, jobId }),
      }));
      if (outcome === 'not_found' || job === null) throw noSuchJob(jobId);
      if (outcome === 'over') {
        throw new UsageError(`job ${jobId} is ${job.state}: it can’t be changed any more`, {
          hint: 'start another with settle webhooks resend',
        });
      }
      context.terminal.out(options.json ? stringify({ job }) : jobTable([job]));
    });
  return addJsonOption(addFolderOption(command));
}

function noSuchJob(jobId: string): UsageError {
  return new UsageError(`there is no job ${jobId}`, { hint: 'settle webhooks jobs lists them' });
}

function jobTable(jobs: readonly ResendJob[]): string {
  const count = (state: keyof ResendJob['progress']) => (job: ResendJob) => String(job.progress[state]);
  return formatTable(jobs, [
    { title: 'job', value: (job) => job.jobId },
    { title: 'created', value: (job) => job.createdAt },
    { title: 'by', value: (job) => job.requestedBy },
    { title: 'merchant', value: (job) => job.merchantId ?? 'all' },
    { title: 'state', value: (job) => job.state },
    { title: 'per second', value: (job) => String(job.ratePerSecond), align: 'right' },
    { title: 'total', value: count('total'), align: 'right' },
    ...STATES.map((state) => ({ title: state, value: count(state), align: 'right' as const })),
  ]);
}
