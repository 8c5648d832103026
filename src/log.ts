/**
 * Log lines, gathered for a moment and handed to the stream together: by itself it measures all that waits again at every
 * line, which costs a cached answer a tenth of its speed. Lines stay in order and whole; `flushSync` is for the end of the
 * process. Of a reader that has stopped, the stream keeps a bounded amount and then drops.
 */

import pino from 'pino';

const GATHER_MS = 100;
const GATHER_LENGTH = 64 * 1024;
const MAX_WAITING = 8 * 1024 * 1024;

export interface LogStream {
  write(line: string): void;
  flushSync(): void;
}

export function createLogStream(fd: number): LogStream {
  const stream = pino.destination({ fd, sync: false, maxLength: MAX_WAITING, maxWrite: 4 * GATHER_LENGTH });
  let lines: string[] = [];
  let length = 0;
  const handOver = () => {
    if (length === 0) return;
    stream.write(lines.join(''));
    lines = [];
    length = 0;
  };
  setInterval(handOver, GATHER_MS).unref();
  return {
    write(line) {
      lines.push(line);
      length += line.length;
      if (length >= GATHER_LENGTH) handOver();
    },
    flushSync() {
      handOver();
      stream.flushSync();
    },
  };
}
