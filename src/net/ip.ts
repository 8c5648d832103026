/**
 * IP literals as text and as numbers. Pure. Strict: four decimal parts without leading zeros for IPv4, RFC 4291 §2.2 text
 * for IPv6, no zone id, no brackets, no other radix. Hence what is judged is exactly what is connected to: the canonical
 * text written back by `formatIp`, never the caller's own. Anything else is undefined, never an exception.
 */

export type Ip =
  | { readonly family: 4; readonly value: number }
  | { readonly family: 6; readonly groups: readonly number[] };

const GROUP = /^[0-9a-f]{1,4}$/i;

export function parseIp(text: string): Ip | undefined {
  if (text.length > 45) return undefined;
  if (text.includes(':')) {
    const groups = parseGroups(text);
    return groups && { family: 6, groups };
  }
  const value = parseQuad(text);
  return value === undefined ? undefined : { family: 4, value };
}

function parseQuad(text: string): number | undefined {
  let value = 0;
  let from = 0;
  for (let part = 0; part < 4; part++) {
    const to = part < 3 ? text.indexOf('.', from) : text.length;
    const octet = octetAt(text, from, to);
    if (octet === undefined) return undefined;
    value = value * 256 + octet;
    from = to + 1;
  }
  return value;
}

/** A decimal number of at most 255 without leading zeros. */
function octetAt(text: string, from: number, to: number): number | undefined {
  const length = to - from;
  if (length < 1 || length > 3 || (length > 1 && text[from] === '0')) return undefined;
  let octet = 0;
  for (let i = from; i < to; i++) {
    const digit = text.charCodeAt(i) - 48;
    if (digit < 0 || digit > 9) return undefined;
    octet = octet * 10 + digit;
  }
  return octet > 255 ? undefined : octet;
}

/** RFC 4291 §2.2: eight groups, one `::` for a run of zeros, the last two perhaps as an IPv4 quad. */
function parseGroups(text: string): readonly number[] | undefined {
  const halves = text.split('::');
  if (halves.length > 2) return undefined;
  const head = readGroups(halves[0] ?? '', halves.length === 1);
  if (!head) return undefined;
  if (halves.length === 1) return head.length === 8 ? head : undefined;
  const tail = readGroups(halves[1] ?? '', true);
  if (!tail || head.length + tail.length > 7) return undefined;
  return [...head, ...new Array<number>(8 - head.length - tail.length).fill(0), ...tail];
}

function readGroups(text: string, atEnd: boolean): number[] | undefined {
  if (text === '') return [];
  const parts = text.split(':');
  const groups: number[] = [];
  for (const [index, part] of parts.entries()) {
    if (GROUP.test(part)) {
      groups.push(Number.parseInt(part, 16));
      continue;
    }
    const quad = atEnd && index === parts.length - 1 ? parseQuad(part) : undefined;
    if (quad === undefined) return undefined;
    groups.push(quad >>> 16, quad & 0xffff);
  }
  return groups;
}

/** RFC 5952 for IPv6 (mapped addresses too are written in hexadecimal), dotted decimal for IPv4. */
export function formatIp(ip: Ip): string {
  if (ip.family === 4) {
    const { value } = ip;
    return `${value >>> 24}.${(value >>> 16) & 255}.${(value >>> 8) & 255}.${value & 255}`;
  }
  const text = ip.groups.map((group) => group.toString(16));
  const zeros = longestZeroRun(ip.groups);
  if (zeros.length < 2) return text.join(':');
  return `${text.slice(0, zeros.start).join(':')}::${text.slice(zeros.start + zeros.length).join(':')}`;
}

function longestZeroRun(groups: readonly number[]): { start: number; length: number } {
  let best = { start: 0, length: 0 };
  let length = 0;
  for (const [index, group] of groups.entries()) {
    length = group === 0 ? length + 1 : 0;
    if (length > best.length) best = { start: index - length + 1, length };
  }
  return best;
}

/** A block of addresses of one family. */
export type Cidr = { readonly base: Ip; readonly bits: number };

export function parseCidr(text: string): Cidr | undefined {
  const [address = '', length, ...rest] = text.split('/');
  const base = parseIp(address);
  if (!base || rest.length > 0) return undefined;
  const most = base.family === 4 ? 32 : 128;
  if (length === undefined) return { base, bits: most };
  if (!/^(0|[1-9]\d{0,2})$/.test(length) || Number(length) > most) return undefined;
  return { base, bits: Number(length) };
}

export function inCidr(ip: Ip, { base, bits }: Cidr): boolean {
  if (ip.family === 4) return base.family === 4 && sameBits(ip.value, base.value, bits, 32);
  if (base.family !== 6) return false;
  return ip.groups.every((group, index) => sameBits(group, base.groups[index] ?? 0, bits - index * 16, 16));
}

/** Whether the first `bits` of two words of `width` bits agree; fewer than none asks nothing. */
function sameBits(a: number, b: number, bits: number, width: number): boolean {
  return bits <= 0 || (a ^ b) >>> Math.max(0, width - bits) === 0;
}

/**
 * The address that a record holds where a host name belongs, in the ways people write it: in brackets, and with the escapes
 * of a name (RFC 1035 §5.1); undefined for a name.
 */
export function literalOf(name: string): string | undefined {
  if (!/[\d\]]$|\\/.test(name)) return undefined;
  const text = name.replace(/\\(\d{3})/g, (_, code: string) => String.fromCharCode(Number(code)));
  const bare = text.startsWith('[') && text.endsWith(']') ? text.slice(1, -1) : text;
  return parseIp(bare) === undefined ? undefined : bare;
}
