/** The part of the npm package `tr46` that `name.ts` uses; the package ships no types. */
declare module 'tr46' {
  type Options = {
    readonly checkHyphens?: boolean;
    readonly checkBidi?: boolean;
    readonly checkJoiners?: boolean;
    readonly useSTD3ASCIIRules?: boolean;
    readonly verifyDNSLength?: boolean;
    readonly transitionalProcessing?: boolean;
    readonly ignoreInvalidPunycode?: boolean;
  };
  const tr46: {
    toASCII(domainName: string, options?: Options): string | null;
    toUnicode(domainName: string, options?: Options): { domain: string; error: boolean };
  };
  export default tr46;
}
