/**
 * Names as callers write them and as DNS carries them. Pure. Returns the rule that was broken instead of throwing.
 */

/** A lower-case A-label name without a trailing dot, proven by `parseDomain`; '' is the root and never a Domain. */
export type Domain = string & { readonly __brand: 'Domain' };
