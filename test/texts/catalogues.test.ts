/** Every text of the service, found by walking the modules of src/texts: both languages, the same placeholders. */

import { readdirSync } from 'node:fs';
import { beforeAll, describe, expect, it } from 'vitest';

const FOLDER = new URL('../../src/texts/', import.meta.url);
const modules = readdirSync(FOLDER).filter((name) => name.endsWith('.ts'));

type Found = { readonly path: string; readonly en: string; readonly th: string };

function textsIn(value: unknown, path: string, seen = new Set<unknown>()): Found[] {
  if (typeof value !== 'object' || value === null || seen.has(value)) return [];
  seen.add(value);
  if ('en' in value && 'th' in value && typeof value.en === 'string' && typeof value.th === 'string') {
    return [{ path, en: value.en, th: value.th }];
  }
  const entries = value instanceof Map ? [...value] : Object.entries(value);
  return entries.flatMap(([key, inner]) => textsIn(inner, `${path} › ${String(key)}`, seen));
}

const placeholders = (text: string): string[] => [...new Set(text.match(/\{\w+\}/g) ?? [])].sort();

describe.each(modules)('%s', (name) => {
  let texts: Found[] = [];

  beforeAll(async () => {
    const loaded: Record<string, unknown> = await import(new URL(name, FOLDER).href);
    texts = Object.entries(loaded).flatMap(([key, value]) => textsIn(value, key));
  });

  it('has every text in both languages, with the same placeholders', () => {
    for (const { path, en, th } of texts) {
      expect(en.trim(), `${path}: English`).not.toBe('');
      expect(th.trim(), `${path}: Thai`).not.toBe('');
      expect(placeholders(th), `${path}: placeholders`).toEqual(placeholders(en));
    }
  });

  it('leaves no half-written placeholder, doubled blank or mixed language', () => {
    for (const { path, en, th } of texts) {
      // English alone has words that agree with a number: {knows|know}.
      for (const text of [en.replace(/\{[\w :]+\|[\w :]+\}/g, 'x'), th]) {
        expect(text.replace(/\{\w+\}/g, ''), path).not.toMatch(/[{|}]/);
        expect(text, path).not.toMatch(/\S {2,}\S|^\s+$|\bundefined\b/);
      }
      expect(en, `${path}: English holds Thai`).not.toMatch(/[\u0e00-\u0e7f]/);
    }
  });

  it('sets blanks between Thai and Latin words, and around ๆ', () => {
    for (const { path, th } of texts) {
      expect(th.replace(/\{\w+\}/g, '–'), path).not.toMatch(/[ก-๛][a-z\d]|[a-z\d][ก-๛]|[ก-๛a-z]ๆ|ๆ[ก-๛a-z]/i);
    }
  });
});
