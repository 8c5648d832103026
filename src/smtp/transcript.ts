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

  /** `lines` are printable already, as the reply reader gives them. */
  heard(lines: readonly string[], secure: boolean): void {
    if (lines.length === 0) return;
    const atMs = this.#now();
    for (const line of lines) this.#add({ atMs, from: 'S', line, secure });
  }

  said(line: string, secure: boolean): void {
    this.#add({ atMs: this.#now(), from: 'C', line: printable(line), secure });
  }

  #now(): number {
    return Math.round(performance.now() - this.#startedAt);
  }

  #add(line: TranscriptLine): void {
    if (this.lines.length < MAX_TRANSCRIPT_LINES) this.lines.push(line);
  }
}
