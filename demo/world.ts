/**
 * The demo's closed world as data: whose mail goes where, at which address, and what kind of server stands there. The
 * domains are the founding examples; every address is on loopback, so nothing here meets the real owners of these names.
 */

/**
 * `honest`: takes mail, offers STARTTLS. `cisco`: a firewall's SMTP inspection stands before it. `dead`: nothing listens.
 */
export type Character = 'honest' | 'cisco' | 'dead';

export type WorldHost = { readonly name: string; readonly number: number; readonly character: Character };

export type WorldDomain = {
  readonly name: string;
  readonly ttl: number;
  readonly exchanges: readonly { readonly preference: number; readonly host: WorldHost }[];
  readonly story: string;
};

let numbers = 0;
const host = (name: string, character: Character): WorldHost => {
  numbers += 1;
  return { name, number: numbers, character };
};
const at = (preference: number, name: string, character: Character = 'honest') => ({
  preference,
  host: host(name, character),
});

export const domains: readonly WorldDomain[] = [
  {
    name: 'hotmail.com',
    ttl: 3600,
    story: 'four equal exchanges share the load',
    exchanges: [1, 2, 3, 4].map((n) => at(5, `mx${n}.hotmail.com`)),
  },
  {
    name: 'nectec.or.th',
    ttl: 86400,
    story: 'the first exchange is down, the second takes over',
    exchanges: [at(10, 'imail.nectec.or.th', 'dead'), at(20, 'maildr.nectec.or.th')],
  },
  {
    name: 'ironport.com',
    ttl: 3600,
    story: 'a Cisco firewall inspects SMTP before soma-c601',
    exchanges: [
      at(10, 'soma-c601.ironport.com', 'cisco'),
      at(20, 'soma-c602.ironport.com'),
      at(20, 'cas1-c604.ironport.com'),
      at(10, 'cas1-c603.ironport.com'),
    ],
  },
  {
    name: 'microsoft.com',
    ttl: 3600,
    story: 'one exchange alone',
    exchanges: [at(10, 'mail.messaging.microsoft.com')],
  },
  {
    name: 'example.com',
    ttl: 3600,
    story: 'moving from oldisp to newisp, which is not live yet',
    exchanges: [at(30, 'oldisp.example.com'), at(20, 'newisp.example.com', 'dead')],
  },
];

export const hosts: readonly WorldHost[] = domains.flatMap((domain) => domain.exchanges.map(({ host }) => host));
