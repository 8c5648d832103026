/** Certificates for the demo's mail servers, signed by a CA of its own that only the demo's service is told to trust. */

import { generate } from 'selfsigned';

export type Pair = { readonly key: string; readonly cert: string };

export type Authority = { readonly pem: string; readonly issue: (name: string) => Promise<Pair> };

const DAYS = 90;
const notAfterDate = () => new Date(Date.now() + DAYS * 86_400_000);

export async function createAuthority(): Promise<Authority> {
  const ca = await generate([{ name: 'commonName', value: 'mxscope demo CA' }], {
    keyType: 'ec',
    algorithm: 'sha256',
    notAfterDate: notAfterDate(),
    extensions: [
      { name: 'basicConstraints', cA: true, critical: true },
      { name: 'keyUsage', keyCertSign: true, cRLSign: true, critical: true },
    ],
  });
  const issue = async (name: string): Promise<Pair> => {
    const leaf = await generate([{ name: 'commonName', value: name }], {
      keyType: 'ec',
      algorithm: 'sha256',
      notAfterDate: notAfterDate(),
      ca: { key: ca.private, cert: ca.cert },
    });
    return { key: leaf.private, cert: leaf.cert };
  };
  return { pem: ca.cert, issue };
}
