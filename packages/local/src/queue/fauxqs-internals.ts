/**
 * The parts of fauxqs that its package does not export but that a durable queue needs: its stores and its SQLite
 * persistence. They are loaded by file, with the version pinned in package.json, so that this process can decide three
 * things that `startFauxqs` decides for itself: to listen on this machine only (it listens on every interface, without
 * authentication), to make many requests durable with one fsync (it does one for each message), and to hand a message
 * back with visibility 0 (it violates its own NOT NULL constraint there and loses the message until the next restart).
 */

import { realpathSync } from 'node:fs';
import { findPackageJSON } from 'node:module';
import { pathToFileURL } from 'node:url';

/** A prepared statement of node:sqlite. */
interface Statement {
  run(...parameters: unknown[]): unknown;
}

/** What we use of fauxqs' `PersistenceManager`. */
export interface Persistence {
  readonly db: { exec(sql: string): void; prepare(sql: string): Statement };
  insertMessage(queueName: string, message: unknown): void;
  deleteMessage(messageId: string): void;
  updateMessageInflight(...parameters: unknown[]): void;
  updateMessageReady(messageId: string): void;
  updateQueueSequenceCounter(name: string, counter: number): void;
  transaction(work: () => void): void;
  loadSqsAndSns(sqsStore: SqsStore, snsStore: object): void;
  close(): void;
}

interface SqsQueue {
  persistence: Persistence | undefined;
}

/** What we use of fauxqs' `SqsStore`. */
export interface SqsStore {
  host: string;
  persistence: Persistence | undefined;
  allQueues(): Iterable<SqsQueue>;
}

export interface FauxqsInternals {
  readonly SqsStore: new () => SqsStore;
  readonly SnsStore: new () => object;
  readonly S3Store: new () => object;
  readonly PersistenceManager: new (folder: string) => Persistence;
}

export async function loadFauxqsInternals(): Promise<FauxqsInternals> {
  const manifest = findPackageJSON('fauxqs', import.meta.url);
  if (manifest === undefined) throw new Error('fauxqs is not installed');
  const folder = new URL('dist/', pathToFileURL(realpathSync(manifest)));
  const [sqs, sns, s3, persistence] = await Promise.all(
    ['sqs/sqsStore.js', 'sns/snsStore.js', 's3/s3Store.js', 'persistence.js'].map(
      (file) => import(new URL(file, folder).href) as Promise<Record<string, unknown>>,
    ),
  );
  const internals = {
    SqsStore: sqs?.SqsStore,
    SnsStore: sns?.SnsStore,
    S3Store: s3?.S3Store,
    PersistenceManager: persistence?.PersistenceManager,
  };
  const missing = Object.entries(internals).filter(([, value]) => typeof value !== 'function');
  if (missing.length > 0) {
    throw new Error(
      `this version of fauxqs has no ${missing.map(([name]) => name).join(', ')}; see fauxqs-internals.ts`,
    );
  }
  return internals as FauxqsInternals;
}
