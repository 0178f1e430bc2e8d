import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { randomBytes, StartupError } from '@northwind/service-kit';
import { z } from 'zod';

const port = z.int().min(1).max(65_535);
const processSchema = z.object({ name: z.string(), pid: z.int(), startedAt: z.string() });

/**
 * What a stack remembers from one start to the next, and what other commands need to find it: stack.json in its folder.
 * It holds secrets of this machine's own database and keys, so only its owner may read it.
 */
const stackFileSchema = z.object({
  version: z.literal(1),
  stackId: z.string(),
  postgres: z.object({ port: port.optional(), password: z.string() }),
  queue: z.object({ port: port.optional() }),
  api: z.object({ port: port.optional() }),
  healthPorts: z.record(z.string(), port),
  /** Encrypts webhook secrets in the database; 32 bytes, base64. */
  secretsKey: z.string(),
  /** Made with the database, and lost with it. */
  keys: z.object({ operator: z.string(), finance: z.string(), merchant: z.string() }).nullable(),
  /** The demo merchant's webhook receiver and the endpoint registered for it. */
  receiver: z.object({ port, endpointId: z.string(), url: z.string(), secret: z.string() }).nullable(),
  /** Present while the stack runs; left behind when its supervisor was killed. */
  running: z
    .object({ pid: z.int(), since: z.string(), apiUrl: z.string().nullable(), processes: z.array(processSchema) })
    .nullable(),
});

export type StackFile = z.output<typeof stackFileSchema>;
export type StackProcess = z.output<typeof processSchema>;

export function newStackFile(): StackFile {
  return {
    version: 1,
    stackId: randomBytes(6).toString('hex'),
    postgres: { password: randomBytes(24).toString('base64url') },
    queue: {},
    api: {},
    healthPorts: {},
    secretsKey: randomBytes(32).toString('base64'),
    keys: null,
    receiver: null,
    running: null,
  };
}

/** Null when there is none. Throws when there is one that can't be used. */
export function readStackFile(path: string): StackFile | null {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
  const parsed = parse(text);
  if (parsed.success) return parsed.data;
  throw new StartupError(`${path} can't be read as the description of a stack: ${firstIssue(parsed.error)}`, {
    hint: 'restore it, or move the whole folder away to start from nothing (its password opens the database beside it)',
  });
}

/** Replaces the file in one step: a reader, or a crash, meets the old one or the new one. */
export function writeStackFile(path: string, stack: StackFile): void {
  const unfinished = `${path}.${process.pid}`;
  writeFileSync(unfinished, `${JSON.stringify(stack, null, 2)}\n`, { mode: 0o600, flush: true });
  renameSync(unfinished, path);
}

function parse(text: string) {
  try {
    return stackFileSchema.safeParse(JSON.parse(text));
  } catch {
    return stackFileSchema.safeParse(undefined);
  }
}

function firstIssue(error: z.ZodError): string {
  const [issue] = error.issues;
  return issue === undefined ? 'unknown' : `${issue.path.join('.') || 'the file'}: ${issue.message}`;
}
