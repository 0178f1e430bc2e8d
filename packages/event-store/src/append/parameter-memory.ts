/**
 * Memory that appends encode their parameters in, used again from append to append. Half a megabyte of new Buffers a
 * batch lies outside of V8's heap, and makes it collect the whole heap every hundred batches.
 */
export interface ParameterMemory {
  /**
   * `fill` gets at least `bytesMax` uninitialised bytes and returns how many of them it wrote, from the first on. Those
   * are returned, good until `release`; the next to write gets the rest.
   */
  write(bytesMax: number, fill: (buffer: Buffer) => number): Buffer;
  /** To be called when the driver is done with the parameters: the bytes are given out again. Not after an error. */
  release(): void;
}

const FIRST_BYTES = 1024 * 1024;
/** A larger batch gets memory of its own for what is above. */
const BYTES_MAX = 16 * 1024 * 1024;

/** Returns what gives an append its memory. As many pieces are kept as there were appends at the same time. */
export function createParameterMemory(): () => ParameterMemory {
  const free: Buffer[] = [];
  return () => {
    const block = free.pop() ?? Buffer.allocUnsafeSlow(FIRST_BYTES);
    let used = 0;
    let needed = 0;
    return {
      write(bytesMax, fill) {
        needed = Math.max(needed, used + bytesMax);
        if (used + bytesMax > block.length) {
          const own = Buffer.allocUnsafeSlow(bytesMax);
          return own.subarray(0, fill(own));
        }
        const rest = block.subarray(used);
        const written = rest.subarray(0, fill(rest));
        used += written.length;
        return written;
      },
      release() {
        const isEnough = needed <= block.length || block.length >= BYTES_MAX;
        free.push(isEnough ? block : Buffer.allocUnsafeSlow(Math.min(BYTES_MAX, 2 ** Math.ceil(Math.log2(needed)))));
      },
    };
  };
}
