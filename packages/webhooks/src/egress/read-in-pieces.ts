import type { Socket } from 'node:net';
import { READ_BYTES_MAX } from '../limits.ts';

/**
 * Gives the HTTP parser what has arrived in small pieces. It notices too large headers at once but parses the piece to
 * its end, with an error and two buffers for each line: 64 KiB of short lines were milliseconds and megabytes apiece.
 */
export function readInPieces(socket: Socket): void {
  const read = socket.read.bind(socket);
  socket.read = (size) => {
    if (size !== undefined) return read(size);
    if (socket.destroyed) return null;
    return socket.readableLength > READ_BYTES_MAX ? read(READ_BYTES_MAX) : read();
  };
}
