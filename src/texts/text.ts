/**
 * Texts for people, in both languages side by side, so that a missing one is a type error. `{name}` is a placeholder;
 * `test/texts` holds that both languages of every catalogue use the same ones. Pure. What fills a placeholder is a host, an
 * address, a number, a time or a member of a closed set; a stranger's words never get here (contract §1).
 */

export type Language = 'en' | 'th';

export type Text = { readonly en: string; readonly th: string };

/** A named set of texts; every catalogue of the service has this shape. */
export type Catalogue = Readonly<Record<string, Text>>;

export type Params = Readonly<Record<string, string | number>>;

/**
 * The text in `lang` with its placeholders filled, and of `{one|many}` the second where `host` is a list; a placeholder
 * without a param is our bug and throws.
 */
export function say(text: Text, lang: Language, params: Params = {}): string {
  const many = String(params.host).includes(', ');
  return text[lang].replace(/\{(?:(\w+)|([^{}|]*)\|([^{}|]*))\}/g, (_, name?: string, one = '', several = '') => {
    if (name === undefined) return many ? several : one;
    const value = params[name];
    if (value === undefined) throw new Error(`text placeholder {${name}} was not given`);
    return String(value);
  });
}
