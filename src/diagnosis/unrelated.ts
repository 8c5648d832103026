/**
 * Whether two targets have nothing to do with each other, so that what both show cannot be their doing: another organisation
 * by name, and another network by address. Pure and careful: in doubt they are related. Exchanges of one provider, or two
 * names in one data centre, are.
 */

type Target = { readonly host: string; readonly ip: string | null };

export function unrelated(a: Target, b: Target): boolean {
  if (a.ip === null || b.ip === null) return false;
  const [one, other] = [networkOf(a.ip), networkOf(b.ip)];
  // Any machine has an address of each family: two families tell nothing of two networks.
  const apart = one.family === other.family && one.prefix !== other.prefix;
  return apart && organisationOf(a.host) !== organisationOf(b.host);
}

/** Second-level names under which a country's registry registers. */
const SHARED_SECOND_LEVEL =
  /^(?:co|com|ac|or|org|go|gov|gob|govt|net|ne|edu|in|mi|mil|sch|nhs|ltd|plc|id|web|biz|info)$/;

/** The registered name as far as the labels tell: `nectec.or.th`, `example.com`; an address is its own. */
export function organisationOf(host: string): string {
  if (isLiteral(host)) return host;
  const labels = host.toLowerCase().split('.');
  const [second = '', top = ''] = labels.slice(-2);
  return labels.slice(top.length === 2 && SHARED_SECOND_LEVEL.test(second) ? -3 : -2).join('.');
}

/** A target named by its address alone tells no organisation but that. */
export const isLiteral = (host: string): boolean => /^[\d.]+$|:/.test(host);

/** What one operator commonly holds in a piece: an IPv4 /16, an IPv6 /32; the IPv4 address inside a mapped one counts. */
function networkOf(ip: string): { readonly family: 4 | 6; readonly prefix: string } {
  if (!ip.includes(':')) return { family: 4, prefix: ip.split('.').slice(0, 2).join('.') };
  const mapped = /^::ffff:([\da-f]{1,4}):[\da-f]{1,4}$/i.exec(ip)?.[1];
  if (mapped !== undefined) {
    const high = Number.parseInt(mapped, 16);
    return { family: 4, prefix: `${high >> 8}.${high & 0xff}` };
  }
  const [head = ''] = ip.split('::');
  const groups = head.split(':');
  const prefix = [groups[0] || '0', groups[1] || '0'].map((group) => Number.parseInt(group, 16)).join(':');
  return { family: 6, prefix };
}
