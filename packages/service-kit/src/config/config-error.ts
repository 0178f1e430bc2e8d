export interface ConfigProblem {
  readonly variable: string;
  readonly problem: string;
  readonly hint: string | null;
}

/** Every wrong variable at once: nobody should have to start a service five times to find five mistakes. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
  readonly problems: readonly ConfigProblem[];

  constructor(problems: readonly ConfigProblem[]) {
    super(`${summary(problems.length)}\n${problems.map(describeProblem).join('\n')}`);
    this.problems = problems;
  }
}

function summary(count: number): string {
  return count === 1 ? 'One environment variable is wrong:' : `${count} environment variables are wrong:`;
}

function describeProblem({ variable, problem, hint }: ConfigProblem): string {
  return `  ${variable}: ${problem}${hint ? ` (${hint})` : ''}`;
}
