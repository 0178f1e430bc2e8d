import { createLogger, type Logger } from '@northwind/service-kit';

export function silentLogger(): Logger {
  return createLogger({ name: 'test', level: 'silent' });
}

export interface RecordingLogger {
  readonly logger: Logger;
  /** Every line so far, as the JSON object that it is. */
  readonly lines: readonly Readonly<Record<string, unknown>>[];
}

/** A logger for tests that are about what is logged. */
export function recordingLogger(): RecordingLogger {
  const lines: Record<string, unknown>[] = [];
  const destination = { write: (line: string) => void lines.push(JSON.parse(line)) };
  return { logger: createLogger({ name: 'test', level: 'trace', destination }), lines };
}
