/** The part of the npm package `dns-packet` that the tests use: an independent codec to hold our own against. */
declare module 'dns-packet' {
  export type Packet = {
    id?: number;
    type?: 'query' | 'response';
    flags?: number;
    rcode?: string;
    questions?: { type: string; name: string; class?: string }[];
    answers?: RecordLike[];
    authorities?: RecordLike[];
    additionals?: RecordLike[];
    flag_ad?: boolean;
    flag_aa?: boolean;
    flag_tc?: boolean;
    flag_rd?: boolean;
    flag_cd?: boolean;
  };
  export type RecordLike = {
    type: string;
    name: string;
    ttl?: number;
    class?: string;
    data?: unknown;
    [key: string]: unknown;
  };
  const packet: { encode(packet: Packet): Buffer; decode(buffer: Uint8Array): Packet };
  export default packet;
}
