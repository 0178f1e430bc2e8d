import type { Environment } from '@northwind/service-kit';
import type { Command } from 'commander';
import { InvalidArgumentError } from 'commander';
import { DEFAULT_FOLDER } from '../stack/stack-folder.ts';
import type { Surroundings } from './find-stack.ts';
import type { Terminal } from './terminal.ts';

/** What every command is given. */
export interface CommandContext {
  readonly env: Environment;
  readonly terminal: Terminal;
  /** The exit code of a command that ended without an error. */
  exitWith(code: number): void;
}

/** `--folder`, the same for every command that looks for a stack. */
export function addFolderOption(command: Command): Command {
  return command.option('--folder <path>', 'the folder of the stack', DEFAULT_FOLDER);
}

export function addJsonOption(command: Command): Command {
  return command.option('--json', 'print data as JSON (amounts and offsets are exact integers)');
}

export function surroundings(context: CommandContext, options: { readonly folder: string }): Surroundings {
  return { env: context.env, folder: options.folder };
}

/** Parses an option that is a whole number within limits. */
export function wholeNumber(min: number, max: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (!/^\d+$/.test(text) || value < min || value > max) {
      throw new InvalidArgumentError(`It is a whole number from ${min} to ${max}.`);
    }
    return value;
  };
}

/** Of a person, for a record: not empty. */
export const aName = (text: string) => notBlank(text, 'a name');

/** For a record: not empty. */
export const aReason = (text: string) => notBlank(text, 'a reason');

function notBlank(text: string, what: string): string {
  if (text.trim() === '') throw new InvalidArgumentError(`It is empty: the record needs ${what}.`);
  return text.trim();
}
