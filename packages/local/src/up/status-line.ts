import type { Terminal } from '../cli/terminal.ts';

/** One line at the bottom of a person's terminal that is drawn over; other lines go above it. Nothing for a log. */
export interface StatusLine {
  show(text: string): void;
  /** A line that stays. */
  print(line: string): void;
  clear(): void;
}

const ERASE = '\r\u001b[2K';

export function createStatusLine(terminal: Terminal): StatusLine {
  let shown = '';
  const draw = (text: string) => {
    if (!terminal.isInteractive) return;
    const width = process.stderr.columns ?? 80;
    process.stderr.write(`${ERASE}${text.slice(0, width - 1)}`);
    shown = text;
  };
  return {
    show: draw,
    print: (line) => {
      if (terminal.isInteractive && shown !== '') process.stderr.write(ERASE);
      terminal.err(line);
      if (shown !== '') draw(shown);
    },
    clear: () => {
      if (terminal.isInteractive && shown !== '') process.stderr.write(ERASE);
      shown = '';
    },
  };
}
