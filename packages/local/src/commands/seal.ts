import type { Coordinate, ProofAnswer, SealHeads } from '@northwind/event-store';
import type { LedgerTables } from '@northwind/event-store/tables';
import { StartupError, stringify } from '@northwind/service-kit';
import { Argument, Command, InvalidArgumentError } from 'commander';
import { addFolderOption, addJsonOption, type CommandContext, surroundings, wholeNumber } from '../cli/context.ts';
import { EXIT_FAILURE } from '../cli/exit-codes.ts';
import { UsageError } from '../cli/usage-error.ts';
import { withDatabase } from '../cli/with-database.ts';
import { readAnchorFile, readText } from './verify.ts';

interface HeadOptions {
  readonly folder: string;
  readonly json?: true;
}

interface ProofOptions {
  readonly folder: string;
  readonly toBlock?: number;
}

interface CheckOptions {
  readonly anchor?: string;
  readonly json?: true;
}

export function sealCommand(context: CommandContext): Command {
  return new Command('seal')
    .description('the seals of the log: heads to anchor elsewhere, and proofs of single events')
    .addHelpText(
      'after',
      `
Examples:
  settle seal head >> heads.txt                    keep it where who runs the database can not change it
  settle seal proof 4/1200 > proof.json            for whoever wants to check that event
  settle seal check proof.json --anchor heads.txt  needs no database

Byte formats, and what the seals promise: docs/tamper-evidence.md.`,
    )
    .addCommand(headCommand(context))
    .addCommand(proofCommand(context))
    .addCommand(checkCommand(context));
}

function headCommand(context: CommandContext): Command {
  const command = new Command('head')
    .description('the last block of each partition, and one hash over all of them')
    .addHelpText('after', '\nExample:\n  settle seal head >> heads.txt')
    .action(async (options: HeadOptions) => {
      const { anchorText, readSealHeads } = await import('@northwind/event-store');
      const heads = await withDatabase<LedgerTables, SealHeads>(surroundings(context, options), readSealHeads);
      context.terminal.out(options.json ? stringify(heads) : anchorText(heads));
    });
  return addJsonOption(addFolderOption(command));
}

function proofCommand(context: CommandContext): Command {
  const command = new Command('proof')
    .description('what proves one event, as JSON')
    .addArgument(new Argument('<coordinate>', 'partition/offset, as verify and the API name it').argParser(coordinate))
    .option('--to-block <n>', 'end with this block, for example an anchored one', wholeNumber(0, 2 ** 53))
    .addHelpText('after', '\nExample:\n  settle seal proof 4/1200 > proof.json')
    .action(async (at: Coordinate, options: ProofOptions) => {
      const { exportProof } = await import('@northwind/event-store');
      const wish = { ...at, ...(options.toBlock !== undefined && { toBlock: BigInt(options.toBlock) }) };
      const answer = await withDatabase<LedgerTables, ProofAnswer>(surroundings(context, options), (db) =>
        exportProof(db, wish),
      );
      if (answer.kind !== 'proof') throw noProof(at, answer);
      context.terminal.out(stringify(answer.proof));
    });
  return addFolderOption(command);
}

function noProof({ partition, offset }: Coordinate, answer: Exclude<ProofAnswer, { kind: 'proof' }>): StartupError {
  const at = `${partition}/${offset}`;
  if (answer.kind === 'damaged') {
    const hint = 'settle verify names what was changed';
    const what = `the rows of block ${answer.block} of partition ${partition}`;
    return new StartupError(`${what} are not those that were sealed`, { hint });
  }
  return answer.kind === 'not_sealed'
    ? new StartupError(`${at} is not sealed`, { hint: 'settle groups shows how far the group seal is; try again then' })
    : new UsageError(`there is no event at ${at}`, { hint: 'settle groups --partitions shows the heads' });
}

function checkCommand(context: CommandContext): Command {
  const command = new Command('check')
    .description('check a proof, without any database')
    .argument('<file>', 'what settle seal proof printed; - for stdin')
    .option('--anchor <file>', 'heads that settle seal head printed')
    .addHelpText('after', '\nExample:\n  settle seal check proof.json --anchor heads.txt')
    .action(async (file: string, options: CheckOptions) => {
      const anchor = options.anchor === undefined ? undefined : await readAnchorFile(options.anchor);
      const { checkProof } = await import('@northwind/event-store');
      const verdict = checkProof(parseJson(readText(file), file), anchor);
      if (!verdict.ok) context.exitWith(EXIT_FAILURE);
      if (options.json) return context.terminal.out(stringify(verdict));
      if (!verdict.ok) return context.terminal.out(`the proof does not hold: ${verdict.problem}`);
      const { partition, offset, type, subject, time, merchantId, head, anchoredAt } = verdict.proven;
      context.terminal.out(`${partition}/${offset} is ${type} ${subject} of ${merchantId} at ${time}`);
      context.terminal.out(
        anchoredAt === null
          ? `sealed under block ${head.block} of partition ${partition}: ${head.hash}\n` +
              'compare that hash with one that you trust, or give --anchor'
          : `sealed under the anchored block ${anchoredAt.block} of partition ${partition}: ${anchoredAt.hash}`,
      );
    });
  return addJsonOption(command);
}

const PARTITION_MAX = 32_767;

function coordinate(text: string): Coordinate {
  const [, partition, offset] = /^(\d{1,5})\/(\d{1,18})$/.exec(text) ?? [];
  if (partition === undefined || offset === undefined || Number(partition) > PARTITION_MAX) {
    throw new InvalidArgumentError('It is partition/offset, for example 4/1200.');
  }
  return { partition: Number(partition), offset: BigInt(offset) };
}

function parseJson(text: string, file: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new UsageError(`${file} is not JSON`, { hint: 'give the file that settle seal proof wrote, unchanged' });
  }
}
