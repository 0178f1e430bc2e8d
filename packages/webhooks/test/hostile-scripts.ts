/** What receivers do that mean no good, as soon as a request has begun to arrive. */
import type { Socket } from 'node:net';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';

const MEBIBYTE = 1_048_576;
const OK = 'HTTP/1.1 200 OK\r\n';
const CHUNKED = `${OK}transfer-encoding: chunked\r\n\r\n`;
const zeros = Buffer.alloc(50 * MEBIBYTE);
const gzipBomb = gzipSync(zeros);
const brotliBomb = brotliCompressSync(zeros, { params: { [constants.BROTLI_PARAM_QUALITY]: 1 } });

/** Writes the head, then the same again and again as fast as it is read. */
function flood(head: string, piece: string | Buffer): (socket: Socket) => void {
  return (socket) => {
    const pour = () => {
      while (socket.writable && socket.write(piece));
    };
    socket.on('drain', pour);
    socket.write(head);
    pour();
  };
}

function say(...parts: readonly (string | Buffer)[]): (socket: Socket) => void {
  return (socket) => {
    for (const part of parts) socket.write(part);
  };
}

function drip(head: string, drop: string): (socket: Socket) => void {
  return (socket) => {
    socket.write(head);
    const timer = setInterval(() => socket.write(drop), 5);
    socket.on('close', () => clearInterval(timer));
  };
}

const block = 'x'.repeat(16_384);
const compressed = (encoding: string, bomb: Buffer) =>
  say(`${OK}content-encoding: ${encoding}\r\ncontent-length: ${bomb.length}\r\n\r\n`, bomb);

export const HOSTILE_SCRIPTS = {
  'drips its headers': drip(`${OK}x-y: `, 'z'),
  'drips its body': drip(CHUNKED, '1\r\nx\r\n'),
  'has a body without end': flood(CHUNKED, `4000\r\n${block}\r\n`),
  'has a body without end or length': flood(`${OK}connection: close\r\n\r\n`, block),
  'sends a gzip bomb': compressed('gzip', gzipBomb),
  'sends a brotli bomb': compressed('br', brotliBomb),
  'sends a gzip bomb without end': flood(`${OK}content-encoding: gzip\r\n\r\n`, gzipBomb),
  'floods with header lines': flood(OK, 'x-flood: 1\r\n'.repeat(100)),
  'has one header without end': flood(`${OK}x: `, block),
  'has a status line without end': flood('HTTP/1.1 200 ', block),
  'floods with trailers': flood(`${CHUNKED}0\r\n`, 'x-trailer: 1\r\n'.repeat(100)),
  'has one trailer without end': flood(`${CHUNKED}0\r\nx: `, block),
  'has a chunk extension without end': flood(`${CHUNKED}1;x=`, block),
  'floods with 100 Continue': flood('', 'HTTP/1.1 100 Continue\r\n\r\n'.repeat(100)),
  'floods with 103 Early Hints': flood('', `HTTP/1.1 103 Early Hints\r\nlink: </${'x'.repeat(1_000)}>\r\n\r\n`),
  'floods with 102 Processing': flood('', 'HTTP/1.1 102 Processing\r\n\r\n'.repeat(100)),
  'talks garbage without end': flood('', Buffer.alloc(16_384, 0xff)),
  'says nothing': () => undefined,
} as const satisfies Record<string, (socket: Socket) => void>;

export type HostileScript = keyof typeof HOSTILE_SCRIPTS;
