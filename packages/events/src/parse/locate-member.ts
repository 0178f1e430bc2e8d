import { stringEnd } from './inspect-text.ts';

type Path = readonly (string | number)[];

interface Frame {
  /** Names seen so far, or null for an array. */
  readonly names: Set<string> | null;
  step: string | number;
}

/** The path of the value that stands at `index` in a JSON text. Slow and exact: only for text that is refused. */
export function locateValue(text: string, index: number): Path {
  return walk(text, (at) => at >= index);
}

/** The path of the first member whose name its object has had before. */
export function locateDuplicate(text: string): Path {
  return walk(text, (_at, isRepeated) => isRepeated);
}

function walk(text: string, found: (at: number, isRepeated: boolean) => boolean): Path {
  const frames: Frame[] = [];
  const path = () => frames.map((frame) => frame.step);
  let at = 0;
  while (at < text.length) {
    const char = text[at] ?? '';
    const frame = frames.at(-1);
    if (char === '"') {
      const end = stringEnd(text, at);
      const isName = frame?.names != null && nextIsColon(text, end);
      if (isName && frame?.names != null) {
        const name: string = JSON.parse(text.slice(at, end));
        frame.step = name;
        if (found(-1, frame.names.has(name))) return path();
        frame.names.add(name);
      } else if (found(at, false)) return path();
      at = end;
      continue;
    }
    if (char === '{' || char === '[') {
      if (found(at, false)) return path();
      frames.push(char === '{' ? { names: new Set(), step: '' } : { names: null, step: 0 });
    } else if (char === '}' || char === ']') frames.pop();
    else if (char === ',' && typeof frame?.step === 'number') frame.step += 1;
    else if (/[-\d]/.test(char) && found(at, false)) return path();
    at += 1;
  }
  return [];
}

function nextIsColon(text: string, from: number): boolean {
  let at = from;
  while (/\s/.test(text[at] ?? '')) at += 1;
  return text[at] === ':';
}
