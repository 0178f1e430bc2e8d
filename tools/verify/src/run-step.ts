import { spawn } from 'node:child_process';
import { toolEnvironment } from '../../bootstrap/pnpm.mjs';
import type { Program, Step } from './steps.ts';

export interface StepResult {
  readonly step: Step;
  readonly exitCode: number;
  readonly seconds: number;
}

/** Runs a step's programs one after another, their output as it comes; stops at the first that fails. */
export async function runStep(step: Step, root: string): Promise<StepResult> {
  const startedAt = performance.now();
  let exitCode = 0;
  for (const program of step.programs) {
    exitCode = await runProgram(program, root);
    if (exitCode !== 0) break;
  }
  return { step, exitCode, seconds: (performance.now() - startedAt) / 1000 };
}

function runProgram(program: Program, cwd: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const child = spawn(program.file, [...program.args], { cwd, stdio: 'inherit', env: toolEnvironment() });
    child.once('error', reject);
    child.once('exit', (code) => resolve(code ?? 1));
  });
}
