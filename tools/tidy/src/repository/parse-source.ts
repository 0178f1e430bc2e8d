import { type Comment, type Program, parseSync, Visitor, type VisitorObject } from 'oxc-parser';

/** A parsed source file. Positions are offsets into the text; `lineAt` gives their line, counted from 1. */
export interface Source {
  readonly path: string;
  readonly program: Program;
  readonly comments: readonly Comment[];
  readonly imports: readonly ImportReference[];
  /** The values of all string literals and of templates without placeholders. */
  readonly strings: readonly string[];
  lineAt(offset: number): number;
  visit(visitor: VisitorObject): void;
}

/** A module that a file names: by import, re-export, dynamic import or import type. */
export interface ImportReference {
  readonly specifier: string;
  readonly line: number;
}

export function parseSource(path: string, text: string): Source {
  const { program, comments, module, errors } = parseSync(path, text);
  const [error] = errors;
  if (error !== undefined) throw new Error(`${path} doesn't parse: ${error.message}`);
  const lineAt = createLineIndex(text);

  const imports: ImportReference[] = [];
  const refer = (specifier: string, offset: number) => imports.push({ specifier, line: lineAt(offset) });
  for (const each of module.staticImports) refer(each.moduleRequest.value, each.start);
  for (const each of module.staticExports) {
    const request = each.entries.find((entry) => entry.moduleRequest !== null)?.moduleRequest;
    if (request) refer(request.value, each.start);
  }
  const strings: string[] = [];
  const visit = (visitor: VisitorObject) => new Visitor(visitor).visit(program);
  visit({
    Literal: (node) => {
      if (typeof node.value === 'string') strings.push(node.value);
    },
    TemplateLiteral: (node) => {
      const [only] = node.quasis;
      if (node.quasis.length === 1 && only) strings.push(only.value.cooked ?? only.value.raw);
    },
    ImportExpression: (node) => {
      if (node.source.type === 'Literal' && typeof node.source.value === 'string') refer(node.source.value, node.start);
    },
    TSImportType: (node) => refer(node.source.value, node.start),
  });
  return { path, program, comments, imports, strings, lineAt, visit };
}

function createLineIndex(text: string): (offset: number) => number {
  const starts = [0];
  for (let at = text.indexOf('\n'); at !== -1; at = text.indexOf('\n', at + 1)) starts.push(at + 1);
  return (offset) => {
    let low = 0;
    let high = starts.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((starts[middle] ?? 0) <= offset) low = middle;
      else high = middle - 1;
    }
    return low + 1;
  };
}
