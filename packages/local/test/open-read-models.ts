/** A migrated database with events, a projector on it, and the command line in front of it. */
import { createEventLog, ledgerMigrations } from '@northwind/event-store';
import { type CloudEvent, parseEvent, toJson } from '@northwind/events';
import { createProjector, readMigrations } from '@northwind/projector';
import type { ReadTables } from '@northwind/projector/tables';
import { openDatabase, type Service, systemClock } from '@northwind/service-kit';
import { silentLogger, testDatabase } from '@northwind/testing';
import type { Kysely } from 'kysely';
import { createColors } from 'picocolors';
import { runCli } from '../src/cli/run-cli.ts';

export interface ReadModels extends AsyncDisposable {
  readonly db: Kysely<ReadTables>;
  append(...events: readonly CloudEvent[]): Promise<void>;
  startProjector(): Promise<void>;
  /** Runs `settle …` as somebody does who has DATABASE_URL set. */
  settle(...commandLine: readonly string[]): Promise<{ readonly exitCode: number; readonly said: string }>;
}

export async function openReadModels(): Promise<ReadModels> {
  const testing = await testDatabase([ledgerMigrations, readMigrations]);
  const database = openDatabase<ReadTables>({
    url: testing.url,
    applicationName: 'test',
    connectionsMax: 6,
    pipeline: true,
  });
  let projector: Service | null = null;
  return {
    db: database.db,
    async append(...events) {
      const parsed = events.map((event) => {
        const result = parseEvent(toJson(event), { receivedAtMs: systemClock.nowMs() });
        if (!result.ok) throw new Error(result.rejection.message);
        return { event: result.event, messageId: null };
      });
      await createEventLog(database).append(parsed);
    },
    async startProjector() {
      projector = createProjector({ database, logger: silentLogger(), clock: systemClock });
      await projector.start();
    },
    async settle(...commandLine) {
      const lines: string[] = [];
      const say = (line: string) => void lines.push(line);
      const terminal = { out: say, err: say, isInteractive: false, color: createColors(false) };
      const exitCode = await runCli(commandLine, { env: { DATABASE_URL: testing.url }, terminal });
      return { exitCode, said: lines.join('\n') };
    },
    async [Symbol.asyncDispose]() {
      await projector?.stop();
      await database.close();
      await testing.drop();
    },
  };
}
