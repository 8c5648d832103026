/**
 * Whose words a reply may be: providers and software by name, and the signs that betray them (host names, product names).
 * Data and one look-up; pure. The names are a closed set and may stand in texts for people.
 */

export type Provider = keyof typeof PROVIDERS;

/** `service` is named in texts; software is not, for "Postfix refuses" would blame the wrong party. */
const PROVIDERS = {
  gmail: { name: 'Gmail', service: true },
  microsoft: { name: 'Microsoft 365', service: true },
  outlook: { name: 'Outlook.com', service: true },
  exchange: { name: 'Exchange', service: false },
  yahoo: { name: 'Yahoo Mail', service: true },
  aol: { name: 'AOL', service: true },
  apple: { name: 'iCloud Mail', service: true },
  mimecast: { name: 'Mimecast', service: true },
  proofpoint: { name: 'Proofpoint', service: true },
  barracuda: { name: 'Barracuda', service: true },
  symantec: { name: 'Symantec Email Security', service: true },
  trendmicro: { name: 'Trend Micro', service: true },
  sophos: { name: 'Sophos', service: false },
  spamhaus: { name: 'Spamhaus', service: true },
  spamcop: { name: 'SpamCop', service: true },
  sorbs: { name: 'SORBS', service: true },
  uceprotect: { name: 'UCEPROTECT', service: true },
  cloudmark: { name: 'Cloudmark', service: true },
  uribl: { name: 'URIBL', service: true },
  invaluement: { name: 'Invaluement', service: true },
  talos: { name: 'Cisco Talos', service: true },
  att: { name: 'AT&T', service: true },
  comcast: { name: 'Comcast', service: true },
  gmx: { name: 'GMX/WEB.DE', service: true },
  mailru: { name: 'Mail.ru', service: true },
  yandex: { name: 'Yandex Mail', service: true },
  zoho: { name: 'Zoho Mail', service: true },
  qq: { name: 'QQ Mail', service: true },
  orange: { name: 'Orange', service: true },
  'amazon-ses': { name: 'Amazon SES', service: true },
  cloudflare: { name: 'Cloudflare Email Routing', service: true },
  'cisco-esa': { name: 'Cisco/IronPort', service: false },
  'cisco-firewall': { name: 'Cisco PIX/ASA', service: false },
  postfix: { name: 'Postfix', service: false },
  exim: { name: 'Exim', service: false },
  sendmail: { name: 'Sendmail', service: false },
  qmail: { name: 'qmail', service: false },
  opensmtpd: { name: 'OpenSMTPD', service: false },
  'norton-antivirus': { name: 'Norton AntiVirus', service: false },
} as const satisfies Record<string, { name: string; service: boolean }>;

/** Host and product names, most telling first. Read in the reply and in the words just before it. */
const SIGNS: readonly (readonly [RegExp, Provider])[] = [
  [/\bgsmtp\b|\bgoogle\.com\b|\bgooglemail\.com\b|\bgmail\b|จีเมล/i, 'gmail'],
  [/\bolc\.protection\.outlook\.com\b|\bhotmail\b|\boutlook\.com\b(?! connector)/i, 'outlook'],
  [
    /\bprotection\.outlook\.com\b|\bprod\.outlook\.com\b|\bexchangelabs\.com\b|\baka\.ms\/EXO|\boffice ?365\b|\bmicrosoft ?365\b|\bexchange online\b/i,
    'microsoft',
  ],
  [/\byahoodns\.net\b|\byahoo(?:inc)?\.com\b|\byahoo\b/i, 'yahoo'],
  [/\bicloud(?:\.com)?\b|\bsupport\.apple\.com\b|\bmail\.me\.com\b/i, 'apple'],
  [/\bmimecast\b/i, 'mimecast'],
  [/\bpphosted\.com\b|\bproofpoint\b/i, 'proofpoint'],
  [/\bbarracuda/i, 'barracuda'],
  [/\bmessagelabs\b|\bsymantec\b/i, 'symantec'],
  [/\btrendmicro\b/i, 'trendmicro'],
  [/\bmx\.cloudflare\.net\b/i, 'cloudflare'],
  [/\bamazonses\.com\b|\bamazon ses\b/i, 'amazon-ses'],
  [/\bzoho\b/i, 'zoho'],
  [/\byandex\b/i, 'yandex'],
  [/\bmail\.ru\b/i, 'mailru'],
  [/\bmail\.qq\.com\b|\bqq\.com\b/i, 'qq'],
  [/\bgmx\.(?:net|com|de)\b|\bweb\.de\b|\bkundenserver\.de\b/i, 'gmx'],
  [/\biphmx\.com\b|\bironport\b|\basyncos\b/i, 'cisco-esa'],
];

/** Outlook.com's hosts are also Microsoft 365's: the more exact sign stands first where it shows. */
export function providerHinted(text: string): Provider | null {
  if (/(?:\bmail\.protection|\.prod(?:\.protection)?)\.outlook\.com\b/i.test(text)) return 'microsoft';
  return SIGNS.find(([sign]) => sign.test(text))?.[1] ?? null;
}

/** A name for texts, or null where "the server" says more. */
export function serviceName(provider: Provider | null): string | null {
  if (provider === null) return null;
  const { name, service } = PROVIDERS[provider];
  return service ? name : null;
}

/** Microsoft runs both; a rule for one holds where the other is hinted. */
export const sameHouse = (a: Provider, b: Provider | null): boolean =>
  a === b || (isMicrosoft(a) && b !== null && isMicrosoft(b));

const isMicrosoft = (provider: Provider): boolean => ['microsoft', 'outlook', 'exchange'].includes(provider);
