import type { Socket } from 'node:net';
import { ANSWER_BYTES_MAX, READ_BYTES_MAX } from '../limits.ts';

/** More came than any answer needs that could be kept: chunk extensions, trailers, a status line without end. */
export class AnswerTooLongError extends Error {
  readonly code = 'ANSWER_TOO_LONG';

  constructor() {
    super(`more than ${ANSWER_BYTES_MAX} bytes`);
    this.name = 'AnswerTooLongError';
  }
}

const bytesRead = new WeakMap<Socket, number>();

/**
 * Gives the HTTP parser what has arrived in small pieces. It notices too large headers at once but parses the piece to
 * its end, with an error and two buffers for each line: 64 KiB of short lines were milliseconds and megabytes apiece.
 * And there it ends when it is too much, whatever the parser makes of it.
 */
export function readInPieces(socket: Socket): void {
  const read = socket.read.bind(socket);
  socket.read = (size) => {
    if (size !== undefined) return read(size);
    if (socket.destroyed) return null;
    const piece: Buffer | null = socket.readableLength > READ_BYTES_MAX ? read(READ_BYTES_MAX) : read();
    const bytes = (bytesRead.get(socket) ?? 0) + (piece?.length ?? 0);
    bytesRead.set(socket, bytes);
    if (bytes <= ANSWER_BYTES_MAX) return piece;
    socket.destroy(new AnswerTooLongError());
    return null;
  };
}

/** What comes from here on belongs to the next answer. */
export function beginAnswer(socket: Socket): void {
  bytesRead.set(socket, 0);
}
