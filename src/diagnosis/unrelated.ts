/**
 * Whether two targets have nothing to do with each other, so that what both show cannot be their doing: another organisation
 * by name, and another network by address. Pure and careful: in doubt they are related. Exchanges of one provider, or two
 * names in one data centre, are.
 */

type Target = { readonly host: string; readonly ip: string | null };

export function unrelated(a: Target, b: Target): boolean {
  if (a.ip === null || b.ip === null) return false;
  return organisationOf(a.host) !== organisationOf(b.host) && networkOf(a.ip) !== networkOf(b.ip);
}

/** Second-level names under which a country's registry registers. */
const SHARED_SECOND_LEVEL =
  /^(?:co|com|ac|or|org|go|gov|gob|govt|net|ne|edu|in|mi|mil|sch|nhs|ltd|plc|id|web|biz|info)$/;

/** The registered name as far as the labels tell: `nectec.or.th`, `example.com`; an address is its own. */
export function organisationOf(host: string): string {
  if (/^[\d.]+$|:/.test(host)) return host;
  const labels = host.toLowerCase().split('.');
  const [second = '', top = ''] = labels.slice(-2);
  return labels.slice(top.length === 2 && SHARED_SECOND_LEVEL.test(second) ? -3 : -2).join('.');
}

/** What one operator commonly holds in a piece: an IPv4 /16, an IPv6 /32. */
function networkOf(ip: string): string {
  if (!ip.includes(':')) return ip.split('.').slice(0, 2).join('.');
  const [head = ''] = ip.split('::');
  const groups = head.split(':');
  return [groups[0] || '0', groups[1] || '0'].map((group) => Number.parseInt(group, 16)).join(':');
}
