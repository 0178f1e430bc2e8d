import type { z } from 'zod';
import type { Environment } from '../environment.ts';
import { ConfigError, type ConfigProblem } from './config-error.ts';
import { type ConfigVariable, describeConfig } from './describe-config.ts';
import { suggestName } from './suggest-name.ts';

export interface LoadConfigOptions {
  /**
   * Variables that begin with this and that nobody knows are refused: they are typing mistakes that would otherwise
   * silently leave a default in force.
   */
  readonly prefix?: string;
  /**
   * Names that other processes read, allowed here because one environment often serves several processes. A name
   * that ends in `*` stands for all that begin so (`SETTLEMENT_API_*`).
   */
  readonly knownVariables?: readonly string[];
}

const DEFAULT_PREFIX = 'SETTLEMENT_';

/** The schema's keys are the variables' names. Throws ConfigError with every problem there is. */
export function loadConfig<S extends z.ZodObject>(
  schema: S,
  env: Environment,
  options: LoadConfigOptions = {},
): Readonly<z.output<S>> {
  const variables = describeConfig(schema);
  // An empty variable is how compose files and shells say "not set".
  const input = Object.fromEntries(variables.map(({ name }) => [name, env[name] === '' ? undefined : env[name]]));
  const parsed = schema.safeParse(input);
  const problems = [
    ...(parsed.success ? [] : parsed.error.issues.map((issue) => describeIssue(issue, variables, input))),
    ...findUnknownVariables(variables, env, options),
  ];
  if (!parsed.success || problems.length > 0) throw new ConfigError(problems);
  return Object.freeze(parsed.data);
}

function describeIssue(
  issue: z.core.$ZodIssue,
  variables: readonly ConfigVariable[],
  input: Environment,
): ConfigProblem {
  const name = String(issue.path[0] ?? '(configuration)');
  const variable = variables.find((candidate) => candidate.name === name);
  const given = input[name];
  const hint = variable?.description ? lowerFirst(variable.description) : null;
  if (variable && given === undefined) return { variable: name, problem: 'is required and not set', hint };
  const shown =
    given === undefined || variable?.secret || mayHoldPassword(given) ? '' : `, got "${given.slice(0, 60)}"`;
  return { variable: name, problem: `${lowerFirst(issue.message)}${shown}`, hint };
}

function findUnknownVariables(
  variables: readonly ConfigVariable[],
  env: Environment,
  { prefix = DEFAULT_PREFIX, knownVariables = [] }: LoadConfigOptions,
): ConfigProblem[] {
  const own = variables.map(({ name }) => name);
  const isKnown = (name: string) =>
    own.includes(name) ||
    knownVariables.some((known) => (known.endsWith('*') ? name.startsWith(known.slice(0, -1)) : known === name));
  return Object.keys(env)
    .filter((name) => name.startsWith(prefix) && env[name] !== undefined && !isKnown(name))
    .sort()
    .map((name) => {
      const suggestion = suggestName(name, [...own, ...knownVariables.filter((known) => !known.endsWith('*'))]);
      return {
        variable: name,
        problem: 'is not a variable of this system',
        hint: suggestion ? `did you mean ${suggestion}?` : 'remove it, or check its name in the documentation',
      };
    });
}

function mayHoldPassword(value: string): boolean {
  return value.includes('@') || value.includes('password');
}

function lowerFirst(text: string): string {
  // "URL of the database" stays as it is, "Level of the log" doesn't.
  return /^[A-Z][a-z]/.test(text) ? text.charAt(0).toLowerCase() + text.slice(1) : text;
}
