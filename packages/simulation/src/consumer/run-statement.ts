/**
 * The statements of the consumer's production code, told apart by their text and run on the simulated tables. A text
 * that is not known fails loudly: then production has changed, and this file is to follow.
 */
import type { StoredLog } from '../log/stored-log.ts';
import type { Transaction } from '../postgres/simulated-postgres.ts';
import type { World } from '../world.ts';
import type { OffsetRow, StoredGroups } from './stored-groups.ts';

export interface Tables {
  readonly world: World;
  readonly log: StoredLog;
  readonly groups: StoredGroups;
  /** Sessions that hold a group's presence lock. */
  readonly members: Map<string, Set<object>>;
}

export interface Session extends Tables {
  readonly identity: object;
  readonly transaction: Transaction;
}

export interface Answer {
  readonly command: string;
  readonly rows: readonly object[];
  readonly rowCount: number;
}

type Run = (session: Session, values: readonly unknown[]) => Promise<Answer>;

/** What a handler does with one event, in the consumer's transaction. */
export const WORK = 'insert into simulated.work';

const STATEMENTS: readonly { readonly name: string; readonly text: RegExp; readonly run: Run }[] = [
  { name: 'register the group', text: /insert into ledger\.consumer_offsets/, run: registerGroup },
  { name: 'announce itself', text: /pg_advisory_lock_shared/, run: announce },
  { name: 'listen', text: /^listen /, run: async () => rowsOf('LISTEN', []) },
  { name: 'count members', text: /from pg_locks/, run: countMembers },
  { name: 'read heads', text: /from "ledger"\."partitions"/, run: readHeads },
  { name: 'claim', text: /for update of o skip locked/, run: claim },
  { name: 'read events', text: /from ledger\.events l/, run: readEvents },
  { name: 'work', text: new RegExp(WORK), run: work },
  { name: 'advance', text: /update ledger\.consumer_offsets o\s+set next_offset/, run: advance },
  { name: 'stop the partition', text: /update "ledger"\."consumer_offsets" set "stopped_reason"/, run: stop },
];

export const isControl = (text: string) => text === 'begin' || text === 'commit' || text === 'rollback';

export function nameOf(text: string): string {
  return isControl(text) ? text : find(text).name;
}

export function runStatement(session: Session, text: string, values: readonly unknown[]): Promise<Answer> {
  return find(text).run(session, values);
}

function find(text: string) {
  const known = STATEMENTS.find((statement) => statement.text.test(text));
  if (!known) throw new Error(`the simulated database does not know this statement: ${text}`);
  return known;
}

const rowsOf = (command: string, rows: readonly object[]): Answer => ({ command, rows, rowCount: rows.length });

/** The values of one kind, in their order in the statement. */
const arrays = (values: readonly unknown[]) =>
  values.filter((value): value is readonly unknown[] => Array.isArray(value));
const numbers = (values: readonly unknown[]) => values.filter((value): value is number => typeof value === 'number');
const firstText = (values: readonly unknown[]) => String(values.find((value) => typeof value === 'string'));

async function registerGroup({ groups }: Session, values: readonly unknown[]): Promise<Answer> {
  groups.register(firstText(values));
  return rowsOf('INSERT', []);
}

async function announce({ members, identity }: Session, values: readonly unknown[]): Promise<Answer> {
  const group = firstText(values);
  members.set(group, (members.get(group) ?? new Set()).add(identity));
  return rowsOf('SELECT', []);
}

async function countMembers({ members }: Session, values: readonly unknown[]): Promise<Answer> {
  return rowsOf('SELECT', [{ members: members.get(firstText(values))?.size ?? 0 }]);
}

async function readHeads({ world, log }: Session): Promise<Answer> {
  const ahead = world.plan.defect === 'head too high' ? 1 : 0;
  const rows = Array.from({ length: world.plan.partitions }, (_, partition) => ({
    partition,
    next_offset: BigInt(log.head(partition) + ahead),
  }));
  return rowsOf('SELECT', rows);
}

async function claim({ world, groups, transaction }: Session, values: readonly unknown[]): Promise<Answer> {
  const [partitions = [], heads = []] = arrays(values);
  const [partitionsMax = 0, members = 1] = numbers(values);
  const group = firstText(values);
  const headOf = new Map(partitions.map((partition, i) => [Number(partition), Number(heads[i])]));
  const isBehind = (row: OffsetRow) => row.stoppedReason === null && row.nextOffset < (headOf.get(row.partition) ?? 0);
  const behind = groups.rows(group).filter(isBehind);
  const most = Math.min(partitionsMax, Math.max(1, Math.floor(behind.length / members)));
  const claimed: OffsetRow[] = [];
  for (const row of behind.toSorted((a, b) => a.movedAtMs - b.movedAtMs)) {
    if (claimed.length === most) break;
    const isFree = transaction.tryLock(lockOf(row)) || world.plan.defect === 'no claim';
    if (!isFree) world.journal.sometimes('claim passed over what another holds');
    if (isFree) claimed.push(row);
  }
  const none = [{ lagging: behind.length, partition: null, fromOffset: null, toOffset: null }];
  const rows = claimed.map((row) => ({
    lagging: behind.length,
    partition: row.partition,
    fromOffset: BigInt(row.nextOffset),
    toOffset: BigInt(headOf.get(row.partition) ?? 0),
  }));
  return rowsOf('SELECT', rows.length > 0 ? rows : none);
}

async function readEvents({ log }: Session, values: readonly unknown[]): Promise<Answer> {
  const [partitions = [], froms = [], tos = []] = arrays(values);
  const [limit = 0] = numbers(values);
  const rows = partitions.flatMap((partition, i) => {
    const from = Number(froms[i]);
    const to = Math.min(Number(tos[i]), from + limit);
    return log.partition(Number(partition)).slice(from, to);
  });
  return rowsOf(
    'SELECT',
    rows.map((event) => ({ ...event, offset: BigInt(event.offset), idempotencyKey: event.key })),
  );
}

async function work({ world, groups, transaction }: Session, values: readonly unknown[]): Promise<Answer> {
  const [partitions = [], offsets = []] = arrays(values);
  const group = firstText(values);
  const apply = () => {
    partitions.forEach((partition, i) => {
      groups.work(group, Number(partition), Number(offsets[i]));
    });
  };
  if (world.plan.defect === 'work outside') apply();
  else transaction.write(apply);
  return { command: 'INSERT', rows: [], rowCount: partitions.length };
}

/** Waits for each row and looks at it again, as an UPDATE does. */
async function advance({ world, groups, transaction }: Session, values: readonly unknown[]): Promise<Answer> {
  const [partitions = [], froms = [], nexts = []] = arrays(values);
  const group = firstText(values);
  const isUnguarded = world.plan.defect === 'no claim';
  let rowCount = 0;
  for (const [i, partition] of partitions.entries()) {
    const row = groups.find(group, Number(partition));
    if (!row) continue;
    if (!isUnguarded) await transaction.lock(lockOf(row));
    if (!isUnguarded && row.nextOffset !== Number(froms[i])) continue;
    rowCount += 1;
    const move = () => groups.move(row, Number(nexts[i]));
    if (world.plan.defect === 'offset outside') move();
    else transaction.write(move);
  }
  transaction.write(groups.check);
  return { command: 'UPDATE', rows: [], rowCount };
}

async function stop({ groups, transaction }: Session, values: readonly unknown[]): Promise<Answer> {
  const [reason, group] = values.filter((value): value is string => typeof value === 'string');
  const [partition = -1] = numbers(values);
  const row = groups.find(group ?? '', partition);
  if (row) transaction.write(() => groups.stop(row, reason ?? ''));
  return { command: 'UPDATE', rows: [], rowCount: row ? 1 : 0 };
}

const lockOf = (row: OffsetRow) => `offset ${row.group} ${row.partition}`;
