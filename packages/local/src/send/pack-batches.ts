import type { Line } from './read-lines.ts';

/** SQS's own limits: of a message and of a batch alike, and of a batch's messages. */
export const MESSAGE_BYTES_MAX = 1_048_576;
export const BATCH_MESSAGES_MAX = 10;

export interface Packer {
  /** A full batch, when this line doesn't fit beside those before. */
  add(line: Line): readonly Line[] | 'too_long' | null;
  /** What is left. */
  rest(): readonly Line[];
}

/** Packs lines, in order, into batches that SQS takes. */
export function createPacker(): Packer {
  let batch: Line[] = [];
  let bytes = 0;
  const take = () => {
    const full = batch;
    batch = [];
    bytes = 0;
    return full;
  };
  return {
    add: (line) => {
      const size = Buffer.byteLength(line.text);
      if (size > MESSAGE_BYTES_MAX) return 'too_long';
      const full = batch.length === BATCH_MESSAGES_MAX || bytes + size > MESSAGE_BYTES_MAX ? take() : null;
      batch.push(line);
      bytes += size;
      return full;
    },
    rest: take,
  };
}
