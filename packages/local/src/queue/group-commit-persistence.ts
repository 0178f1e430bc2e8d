import type { Persistence } from './fauxqs-internals.ts';

/** fauxqs' persistence, changed so that all requests of one turn of the event loop share one durable commit. */
export interface GroupCommitPersistence extends Persistence {
  /** Resolves once everything written so far is on disk. Rejects (and the process should end) if it can't be. */
  settled(): Promise<void>;
}

type PersistenceClass = new (folder: string) => Persistence;

/**
 * fauxqs writes every message in its own SQLite transaction: with a durable journal that is one fsync to send a
 * message, one to receive and one to delete it. Here the first write of a turn of the event loop opens a transaction,
 * the end of the turn commits it, and the HTTP answer waits for `settled()`: nothing is answered that isn't on disk.
 */
export function openGroupCommitPersistence(Base: PersistenceClass, folder: string): GroupCommitPersistence {
  class GroupCommit extends Base implements GroupCommitPersistence {
    readonly #group = new Group((sql) => this.db.exec(sql));
    readonly #ready = this.db.prepare(
      'UPDATE sqs_messages SET receipt_handle = NULL, visibility_deadline = NULL WHERE message_id = ?',
    );

    settled(): Promise<void> {
      return this.#group.settled();
    }

    override insertMessage(queueName: string, message: unknown): void {
      this.#group.join();
      super.insertMessage(queueName, message);
    }

    override deleteMessage(messageId: string): void {
      this.#group.join();
      super.deleteMessage(messageId);
    }

    override updateMessageInflight(...parameters: unknown[]): void {
      this.#group.join();
      super.updateMessageInflight(...parameters);
    }

    override updateQueueSequenceCounter(name: string, counter: number): void {
      this.#group.join();
      super.updateQueueSequenceCounter(name, counter);
    }

    // The base sets the receive count to null here, which its own schema refuses. The count stays as it is.
    override updateMessageReady(messageId: string): void {
      this.#group.join();
      this.#ready.run(messageId);
    }

    // Whoever asks for a transaction of his own would find one open.
    override transaction(work: () => void): void {
      this.#group.join();
      work();
    }

    override close(): void {
      this.#group.commit();
      super.close();
    }
  }
  const persistence = new GroupCommit(folder);
  // FULL: a commit returns when the journal is on disk, so neither a killed process nor a lost machine loses a message.
  persistence.db.exec('PRAGMA synchronous = FULL');
  return persistence;
}

/** A transaction that everyone in one turn of the event loop writes in. */
class Group {
  readonly #execute: (sql: string) => void;
  #committed: Promise<void> | undefined;

  constructor(execute: (sql: string) => void) {
    this.#execute = execute;
  }

  settled(): Promise<void> {
    return this.#committed ?? Promise.resolve();
  }

  join(): void {
    if (this.#committed !== undefined) return;
    this.#execute('BEGIN');
    this.#committed = new Promise((resolve, reject) => {
      setImmediate(() => {
        try {
          this.commit();
          resolve();
        } catch (error) {
          reject(error);
        }
      });
    });
  }

  commit(): void {
    if (this.#committed === undefined) return;
    this.#committed = undefined;
    this.#execute('COMMIT');
  }
}
