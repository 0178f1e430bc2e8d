import { type DestinationStream, type Logger as PinoLogger, pino } from 'pino';

export type Logger = PinoLogger;
export type LogLevel = 'fatal' | 'error' | 'warn' | 'info' | 'debug' | 'trace' | 'silent';

export const LOG_LEVELS = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'] as const;

export interface LoggerOptions {
  readonly name: string;
  readonly level: LogLevel;
  /** Standard output by default, written synchronously so that the last lines before an exit are there. */
  readonly destination?: DestinationStream;
}

/**
 * JSON lines: `logger.info({ event: 'batch.appended', … }, 'text')`, one wide event per unit of work. An error goes
 * under `error`; a bigint is written as an exact integer.
 */
export function createLogger({ name, level, destination }: LoggerOptions): Logger {
  return pino(
    {
      level,
      base: { service: name, pid: process.pid },
      errorKey: 'error',
      messageKey: 'message',
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
    },
    destination ?? pino.destination({ fd: 1, sync: true }),
  );
}
