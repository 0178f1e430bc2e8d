/**
 * XML into elements, by a streaming parser that knows no entities but XML's own five. A document type is refused: with
 * it would come entities that expand without end, or that name files and hosts. Depth is bounded as the size is.
 */
import sax from 'sax';
import type { Element } from './element.ts';
import { BankStatementError } from './statement-error.ts';

/** A statement has some fifteen levels. */
export const DEPTH_MAX = 64;

// A document that is wrong at its beginning is given up there.
const CHUNK_CHARACTERS = 1 << 16;

export interface ElementHandlers {
  /** The document's element; a namespace that is not taken is refused by throwing. */
  onRoot(name: string, namespace: string): void;
  /** True for an element that is handed over and then forgotten, so that a large file does not pile up in memory. */
  takes(name: string): boolean;
  onElement(element: Element): void;
}

/** Throws BankStatementError where it is not well-formed XML, or more than it may be. */
export function parseElements(text: string, handlers: ElementHandlers): void {
  const parser = sax.parser(true, { xmlns: true, position: true });
  const open: Element[] = [];
  let namespace: string | null = null;
  const refuse = (why: string): never => {
    throw new BankStatementError(`line ${parser.line + 1}, column ${parser.column}: ${why}`);
  };
  parser.onerror = (error) => refuse(error.message.split('\n')[0] ?? 'not well-formed');
  parser.ondoctype = () => refuse('a DOCTYPE is not taken');
  parser.onopentag = (tag) => {
    if (open.length === DEPTH_MAX) refuse(`more than ${DEPTH_MAX} elements within one another`);
    const { local, uri, attributes } = tag as sax.QualifiedTag;
    if (namespace === null) handlers.onRoot(local, uri);
    namespace ??= uri;
    const plain = Object.entries(attributes).map(([name, { value }]) => [name, value]);
    // What others put in between, in a namespace of theirs, has no name here.
    const name = uri === namespace ? local : '';
    open.push({ name, attributes: Object.fromEntries(plain), children: [], text: '' });
  };
  parser.ontext = parser.oncdata = (piece) => {
    const element = open.at(-1);
    if (element) element.text += piece;
  };
  parser.onclosetag = () => {
    const element = open.pop();
    if (element === undefined) return;
    if (handlers.takes(element.name)) handlers.onElement(element);
    else open.at(-1)?.children.push(element);
  };
  for (let at = 0; at < text.length; at += CHUNK_CHARACTERS) parser.write(text.slice(at, at + CHUNK_CHARACTERS));
  parser.close();
  if (namespace === null) refuse('it has no element');
}
