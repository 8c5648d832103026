import { readdirSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { ARTICLE_SLUGS, getArticle, listArticles } from '../../src/articles/articles.ts';
import { ADVICE } from '../../src/texts/replies.ts';
import type { Language } from '../../src/texts/text.ts';

const LANGUAGES = ['en', 'th'] as const satisfies readonly Language[];
const each = ARTICLE_SLUGS.flatMap((slug) => LANGUAGES.map((lang) => [slug, lang] as const));

function markdown(slug: string, lang: Language): string {
  const found = getArticle(slug, lang);
  if (found === null) throw new Error(`no article ${slug}`);
  return found.markdown;
}

const withoutCode = (text: string): string => text.replace(/```[\s\S]*?```/g, '');
const headings = (text: string): string[] => [...withoutCode(text).matchAll(/^(#+) /gm)].map(([, marks = '']) => marks);
const blocks = (text: string): string[] => [...text.matchAll(/```(\w*)\n([\s\S]*?)```/g)].map(([block]) => block);
const links = (text: string): string[] => [...text.matchAll(/\]\(([^)]+)\)/g)].map(([, target = '']) => target);

describe('the shelf', () => {
  it('has the ten articles of the contract in both languages and no file besides', () => {
    const files = readdirSync(new URL('../../src/articles/', import.meta.url)).filter((file) => file.endsWith('.md'));
    expect(files.sort()).toEqual(ARTICLE_SLUGS.flatMap((slug) => [`${slug}.en.md`, `${slug}.th.md`]).sort());
    expect(ARTICLE_SLUGS).toHaveLength(10);
  });

  it('gives null for an unknown slug, paths and prototype names included', () => {
    for (const slug of ['', 'nothing', '../articles', 'constructor', '__proto__', 'what-is-mx.en', 'WHAT-IS-MX']) {
      expect(getArticle(slug, 'en')).toBeNull();
    }
  });
});

describe.each(each)('%s in %s', (slug, lang) => {
  const text = markdown(slug, lang);

  it('opens with a title and a summary of one paragraph', () => {
    const entry = listArticles(undefined, lang).find((one) => one.slug === slug);
    expect(text.startsWith(`# ${entry?.title}\n\n${entry?.summary}\n`)).toBe(true);
    expect(entry?.title.length).toBeGreaterThan(5);
    expect(entry?.summary).toMatch(/^[^#`|-].{40,400}$/);
  });

  it('links only to articles that exist, and to well-formed https addresses', () => {
    for (const link of links(text)) {
      if (link.startsWith('https://')) expect(URL.canParse(link)).toBe(true);
      else expect(link).toMatch(new RegExp(`^/v1/articles/(?:${ARTICLE_SLUGS.filter((s) => s !== slug).join('|')})$`));
    }
  });

  it('names only paths that the service has', () => {
    const known =
      /^\/v1\/(?:articles\/[\w-]+|explanations|probes|migrations\/(?:plan|check)|domains\/(?:\{domain\}|nectec\.or\.th)\/(?:mx|report|route|route\.svg))$/;
    for (const [path] of text.matchAll(/\/v1\/[\w{}./-]*[\w}]/g)) expect(path).toMatch(known);
  });

  it('closes every code block and leaves no unfinished work', () => {
    expect((text.match(/^```/gm) ?? []).length % 2).toBe(0);
    expect(text).not.toMatch(/TODO|FIXME|lorem/i);
    expect(text.endsWith('\n')).toBe(true);
  });

  it('is written in its language', () => {
    const thai = (withoutCode(text).match(/[\u0e00-\u0e7f]/g) ?? []).length;
    if (lang === 'en') expect(thai).toBe(0);
    else expect(thai).toBeGreaterThan(500);
    // Thai sets blanks around Latin words and ๆ.
    expect(withoutCode(text)).not.toMatch(/[ก-๛][a-z\d]|[a-z\d][ก-๛]|[ก-๛a-z]ๆ|ๆ[ก-๛a-z]/i);
  });
});

describe.each(ARTICLE_SLUGS)('%s', (slug) => {
  it('has the same headings, links and code in both languages', () => {
    const [en, th] = [markdown(slug, 'en'), markdown(slug, 'th')];
    expect(headings(th)).toEqual(headings(en));
    expect(links(th).sort()).toEqual(links(en).sort());
    // The labels of the drawing are translated; its shape is not.
    const shape = (block: string) => block.replace(/"[^"]*"/g, '""');
    expect(blocks(th).map(shape)).toEqual(blocks(en).map(shape));
  });
});

describe('the articles keep what they promise', () => {
  it.each([
    [
      'ehlo-helo-cisco',
      /no inspect esmtp/,
      /no fixup protocol smtp 25/,
      /allow-tls/,
      /500 #5\.5\.1 command not recognized/,
    ],
    ['what-is-mx', /nslookup -qt=mx/, /dig mx/, /MX {2}10 imail/, /MX {2}0 \./],
    ['mx-migration', /MX {2}20 newisp/, /MX {2}30 oldisp/, /migrations\/plan/, /600/],
    ['smtp-by-hand', /openssl s_client -starttls smtp/, /354/, /queued as/, /-crlf/],
    ['how-mail-flows', /```mermaid\nflowchart/, /GET \/v1\/domains\/\{domain\}\/route/, /route\.svg/],
    ['outlook-rpcdiag', /outlook\.exe \/rpcdiag/, /Ctrl/, /Connection Status/],
    ['outlook-signature', /Signatures/, /Options/],
    ['outlook-junk-filter', /No Automatic Filtering/],
    ['what-is-smtp', /587/, /465/, /EHLO/, /Domino/],
    ['spam-what-to-do', /SPF/],
  ] as const)('%s', (slug, ...facts) => {
    for (const lang of LANGUAGES) for (const fact of facts) expect(markdown(slug, lang)).toMatch(fact);
  });

  it('and every explanation links to one of them', () => {
    const slugs: readonly (string | undefined)[] = [undefined, ...ARTICLE_SLUGS];
    for (const advice of Object.values(ADVICE)) expect(slugs).toContain(advice.article);
  });
});

describe('searching', () => {
  const found = (query: string, lang: Language): string[] => listArticles(query, lang).map(({ slug }) => slug);

  it('lists everything in the order of the contract without words', () => {
    expect(found('', 'en')).toEqual([...ARTICLE_SLUGS]);
    expect(found('   ', 'th')).toEqual([...ARTICLE_SLUGS]);
    expect(listArticles(undefined, 'th').map(({ slug }) => slug)).toEqual([...ARTICLE_SLUGS]);
  });

  it.each([
    ['signature', 'en', 'outlook-signature'],
    ['SIGNATURE', 'en', 'outlook-signature'],
    ['ลายเซ็น', 'th', 'outlook-signature'],
    ['สแปม', 'th', 'spam-what-to-do'],
    ['อีเมลขยะ', 'th', 'outlook-junk-filter'],
    ['ย้าย', 'th', 'mx-migration'],
    ['android', 'th', 'ehlo-helo-cisco'],
    ['ไฟร์วอลล์ cisco', 'th', 'ehlo-helo-cisco'],
    ['mx', 'en', 'what-is-mx'],
    ['rpcdiag', 'en', 'outlook-rpcdiag'],
    ['moving server', 'en', 'mx-migration'],
    ['500 #5.5.1', 'en', 'ehlo-helo-cisco'],
    // As people type questions.
    ['what is MX?', 'en', 'what-is-mx'],
    ['How do I change ISP ?', 'en', 'mx-migration'],
    ['“spam”, what to do!', 'en', 'spam-what-to-do'],
    // In the other language than the one asked for.
    ['ลายเซ็น', 'en', 'outlook-signature'],
    ['moving server', 'th', 'mx-migration'],
  ] as const)('%s in %s finds %s first', (query, lang, slug) => {
    expect(found(query, lang)[0]).toBe(slug);
  });

  it.each([
    ['เปลี่ยน ISP แล้วเมลไม่เข้า', 'mx-migration'],
    ['ย้ายเมลไปผู้ให้บริการใหม่', 'mx-migration'],
    ['ลด TTL ก่อนย้ายเซิร์ฟเวอร์', 'mx-migration'],
    ['โทรศัพท์ส่งเมลไม่ได้ 500 5.5.1', 'ehlo-helo-cisco'],
    ['ไฟร์วอลล์ซิสโก้ตัด STARTTLS', 'ehlo-helo-cisco'],
    ['เพิ่มบัญชีอีเมลบนแอนดรอยด์ไม่ได้', 'ehlo-helo-cisco'],
    ['วิธีใส่ลายเซ็นใน Outlook', 'outlook-signature'],
    ['ปิดตัวกรองเมลขยะใน Outlook', 'outlook-junk-filter'],
    ['จดหมายดีๆ หลุดไปอยู่ในอีเมลขยะ', 'outlook-junk-filter'],
    ['เอาต์ลุคค้าง กำลังพยายามเชื่อมต่อ', 'outlook-rpcdiag'],
    ['ได้รับสแปมเยอะมากต้องทำอย่างไร', 'spam-what-to-do'],
    ['มีคนแอบอ้างชื่อผมส่งสแปม', 'spam-what-to-do'],
    ['ตรวจ MX ของโดเมนด้วย nslookup', 'what-is-mx'],
    ['พอร์ต 587 กับ 465 ต่างกันอย่างไร', 'what-is-smtp'],
    ['ส่งอีเมลแล้วไปติดอยู่ที่ไหน', 'how-mail-flows'],
    ['we changed ISP and mail does not arrive', 'mx-migration'],
    ['our internet provider changes next week, how do we keep the mail', 'mx-migration'],
    ['cisco firewall strips STARTTLS', 'ehlo-helo-cisco'],
    ['phone cannot send mail 500 5.5.1', 'ehlo-helo-cisco'],
    ['greeting shows only stars 220 ****', 'ehlo-helo-cisco'],
    ['different signatures for replies', 'outlook-signature'],
    ['turn off the junk filter in outlook', 'outlook-junk-filter'],
    ['outlook stuck at trying to connect', 'outlook-rpcdiag'],
    ['I clicked a link in a spam mail', 'spam-what-to-do'],
    ['somebody sends spam in my name', 'spam-what-to-do'],
    ['MX preference 10 and 20 meaning', 'what-is-mx'],
    ['where did my message get stuck', 'how-mail-flows'],
    ['test an smtp server with telnet', 'smtp-by-hand'],
    ['which port should I use, 587 or 465?', 'what-is-smtp'],
    // By another name than the articles use, in two languages at once, misspelt.
    ['เผลอคลิกลิงก์ในเมลหลอกลวง', 'spam-what-to-do'],
    ['ได้เมลฟิชชิ่ง ทำยังไงดี', 'spam-what-to-do'],
    ['มีอีเมลแปลกๆ ขอรหัสผ่าน', 'spam-what-to-do'],
    ['phising email from bank', 'spam-what-to-do'],
    ['I gave my password to a fake website', 'spam-what-to-do'],
    ['my account was hacked and sends spam', 'spam-what-to-do'],
    ['เมลตีกลับ', 'how-mail-flows'],
    ['อีเมลเด้งกลับมา ทำไง', 'how-mail-flows'],
    ['email bounced back', 'how-mail-flows'],
    ['undeliverable mail notice, what does it mean', 'how-mail-flows'],
    ['ส่งเมลแล้วปลายทางไม่ได้รับ', 'how-mail-flows'],
    ['อีเมล์มาช้าหลายชั่วโมง', 'how-mail-flows'],
    ['customer never got our email', 'how-mail-flows'],
    ['path of an email from sender to receiver', 'how-mail-flows'],
    ['ย้ายเมล', 'mx-migration'],
    ['migrate email to new provider', 'mx-migration'],
    ['เช็ค mx ของโดเมนยังไง', 'what-is-mx'],
    ['difference between port 465 and 587', 'what-is-smtp'],
    ['opnessl s_client starttls', 'smtp-by-hand'],
    ['ทำลายเซนต์ใน outlook', 'outlook-signature'],
    ['outlook signture for replies', 'outlook-signature'],
    ['เมล์เข้าถังขยะ', 'outlook-junk-filter'],
    ['outlook เชื่อมต่อ exchange ไม่ได้', 'outlook-rpcdiag'],
    ['แบนเนอร์ 220 เป็นดอกจัน', 'ehlo-helo-cisco'],
    ['asa ปิด inspect esmtp', 'ehlo-helo-cisco'],
  ])('takes a question apart, whatever language is asked for: %s finds %s first', (query, slug) => {
    expect([found(query, 'en')[0], found(query, 'th')[0]]).toEqual([slug, slug]);
  });

  it.each([
    'quantum banana recipe',
    'weather in Bangkok tomorrow',
    'ฝนตกไหม',
    'อย่างไรไหม',
    // Words that the articles hold too, about something else.
    'การจราจรวันนี้',
    'วิธีทำส้มตำ',
    'ลืมรหัส wifi',
    'รถติดไหมวันนี้',
    'แปลภาษาอังกฤษเป็นไทย',
    'traffic today',
    'how to cook rice',
    'how to lose weight',
    'printer is out of paper',
    'book a meeting room',
    'translate english to thai',
  ])('finds nothing for %s', (query) => {
    expect([found(query, 'en'), found(query, 'th')]).toEqual([[], []]);
  });

  it('looks for a Latin word from its beginning: a report is no port', () => {
    expect(found('port', 'th')[0]).toBe('what-is-smtp');
    expect(found('eport', 'en')).toEqual([]);
  });

  it('reads no more of a long text than a question has', () => {
    const started = performance.now();
    expect(found(`zebra ${'q'.repeat(30_000)} ${'mx q '.repeat(10_000)}`, 'en')).toEqual([]);
    expect(performance.now() - started).toBeLessThan(500);
  });

  it('wants all the words of a short question', () => {
    expect(found('outlook signature', 'en')).toContain('outlook-signature');
    expect(found('outlook zebra', 'en')).toEqual([]);
  });

  it('finds Thai written in another order of marks', () => {
    expect(found('ลายเซ็น'.normalize('NFD'), 'th')).toEqual(found('ลายเซ็น', 'th'));
    expect(found('ทำอย่างไร'.replace('\u0e33', '\u0e4d\u0e32'), 'th')).toEqual(found('ทำอย่างไร', 'th'));
    expect(found('ลาย\u200bเซ็น', 'th')).toEqual(found('ลายเซ็น', 'th'));
  });

  it('takes words for words, not for patterns', () => {
    expect(found('^.+$', 'en')).toEqual([]);
    expect(found('(', 'en').length).toBeGreaterThan(0);
  });
});
