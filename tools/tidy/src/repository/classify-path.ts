const CODE = /\.(ts|tsx|mts|js|mjs|jsx)$/;
const DECLARATIONS = /\.d\.(ts|mts)$/;
const TEST = /\.test\.(ts|tsx)$|(^|\/)test\//;
const GENERATED = /(^|\/)(schemas|dist)\/|\.generated\.|(^|\/)schema\.sql$/;
const PACKAGE = /^(?:packages\/([^/]+)|(bench))\//;

/** A file with a syntax tree that the rules read. Declaration files hold no code. */
export const isCode = (path: string) => CODE.test(path) && !DECLARATIONS.test(path);
export const isTest = (path: string) => TEST.test(path);
export const isGenerated = (path: string) => GENERATED.test(path);
export const isConfig = (path: string) => /\.config\.(ts|mts|js|mjs)$/.test(path);

/** The package a path lies in, or null for files outside of packages (tools, documents). */
export function packageOf(path: string): string | null {
  const match = PACKAGE.exec(path);
  return match?.[1] ?? match?.[2] ?? null;
}

/** Code that runs in production: a package's src without its tests. */
export function isProduction(path: string): boolean {
  return isCode(path) && !isTest(path) && /^(packages\/[^/]+|bench)\/src\//.test(path);
}
