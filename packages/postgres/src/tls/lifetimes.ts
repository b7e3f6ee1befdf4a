const hour = 60 * 60 * 1000;
const day = 24 * hour;

/** How long a kind of certificate is good, and with how much left an update renews it. Both in days. */
export interface Lifetime {
  days: number;
  renewal: number;
}

/**
 * A stack that sees one update a month never meets an expired certificate. The authority is renewed so early that no
 * certificate outlives the authority that signed it.
 */
export const lifetimes = {
  authority: { days: 3650, renewal: 365 },
  certificate: { days: 365, renewal: 30 },
} as const satisfies Record<string, Lifetime>;

/** From when to when a certificate is good. It begins an hour early, for clients whose clock is slow. */
export function validity(issued: Date, { days }: Lifetime): { notBefore: Date; notAfter: Date } {
  const time = issued.getTime();
  return { notBefore: new Date(time - hour), notAfter: new Date(time + days * day) };
}

/** Whole days until the end; negative after it. */
export function daysLeft(issued: Date, lifetime: Lifetime, now: Date): number {
  return Math.floor((validity(issued, lifetime).notAfter.getTime() - now.getTime()) / day);
}
