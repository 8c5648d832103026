/** What was said, line by line and in order, across every session of one probe or attempt. Bounded; lines are printable. */

import { printable } from './printable.ts';
import type { TranscriptLine } from './types.ts';

/** Contract §1. */
export const MAX_TRANSCRIPT_LINES = 500;

export class Transcript {
  readonly lines: TranscriptLine[] = [];
  readonly #startedAt: number;

  constructor(startedAt: number = performance.now()) {
    this.#startedAt = startedAt;
  }

  /** `line` is printable already, as the reply reader gives it. */
  heard(line: string, secure: boolean): void {
    this.#add('S', line, secure);
  }

  said(line: string, secure: boolean): void {
    this.#add('C', printable(line), secure);
  }

  #add(from: 'S' | 'C', line: string, secure: boolean): void {
    if (this.lines.length >= MAX_TRANSCRIPT_LINES) return;
    this.lines.push({ atMs: Math.round(performance.now() - this.#startedAt), from, line, secure });
  }
}
