/**
 * The log: JSON lines, one a request and one for whatever else happens. Lines are gathered for a moment and handed on
 * together: by themselves they would cost a cached answer a tenth of its speed. Lines stay in order and whole. Of a reader
 * that has stopped, a bounded amount is kept and the rest dropped; it never holds up the process, nor its end. Never sees a
 * query, a header or a body.
 */

import { fstatSync } from 'node:fs';
import pino, { type Logger } from 'pino';

const GATHER_MS = 100;
const GATHER_LENGTH = 64 * 1024;
const MAX_WAITING = 8 * 1024 * 1024;

export interface LogStream {
  write(line: string): void;
  /** Resolves when all that waits has been taken: of a reader that has stopped, never. */
  flush(): Promise<void>;
}

export type RequestEntry = {
  /** Like all the others, of characters that stand in JSON as they are. */
  readonly id: string;
  readonly method: string;
  readonly route: string;
  readonly status: number;
  readonly ms: number;
  readonly caller: string | undefined;
  readonly ip: string;
};

export interface Log {
  readonly logger: Logger;
  /** One request, at the level `info`. */
  request(entry: RequestEntry): void;
}

export function createLog(level: string, stream: Pick<LogStream, 'write'>): Log {
  const logger = pino({ level, base: null }, stream);
  const heard = logger.isLevelEnabled('info');
  return {
    logger,
    request: heard ? (entry) => stream.write(requestLine(entry)) : () => {},
  };
}

/** As pino would write it, at a fifth of the cost: this is the one line that every request pays for. */
function requestLine({ id, method, route, status, ms, caller, ip }: RequestEntry): string {
  const who = caller === undefined ? '' : `,"caller":"${caller}"`;
  const took = Math.round(ms * 100) / 100;
  return `{"level":30,"time":${Date.now()},"id":"${id}","method":"${method}","route":"${route}","status":${status},"ms":${took}${who},"ip":"${ip}","msg":"request"}\n`;
}

/** To what the process has as its standard output. */
export function createLogStream(): LogStream {
  const out = isPipe(STDOUT) ? pipeOut(process.stdout) : fileOut(STDOUT);
  let lines: string[] = [];
  let length = 0;
  const handOver = () => {
    if (length === 0) return;
    out.write(lines.join(''));
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
    flush() {
      handOver();
      return out.flush();
    },
  };
}

const STDOUT = 1;

function isPipe(fd: number): boolean {
  const kind = fstatSync(fd);
  return kind.isFIFO() || kind.isSocket();
}

/** Node writes to a pipe without waiting for its reader. A write that waits would hold a thread, and with it the process's end. */
function pipeOut(pipe: NodeJS.WriteStream): LogStream {
  // A reader that has gone away costs its lines.
  pipe.on('error', () => {});
  return {
    write(text) {
      if (pipe.writableLength + text.length <= MAX_WAITING) pipe.write(text);
    },
    flush: () => new Promise((resolve) => pipe.write('', () => resolve())),
  };
}

/** A file, a terminal or a device. */
function fileOut(fd: number): LogStream {
  const stream = pino.destination({ fd, sync: false, maxLength: MAX_WAITING, maxWrite: 4 * GATHER_LENGTH });
  // A full disk costs lines, and is written to again with the next ones. Unheard, the error would end the process; and the
  // stream's own flush, which it calls at the end of the process as well, would try for ever.
  let broken = false;
  stream.on('error', () => {
    broken = true;
  });
  stream.on('write', () => {
    broken = false;
  });
  const flushSync = stream.flushSync.bind(stream);
  stream.flushSync = () => {
    if (!broken) flushSync();
  };
  return {
    write: (text) => stream.write(text),
    async flush() {
      stream.flushSync();
    },
  };
}
