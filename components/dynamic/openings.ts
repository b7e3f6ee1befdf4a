/**
 * Whether the lockdown of this process has found something open. Whatever else is refused, an update that closes it must reach it: what
 * depends on the lockdown is then refused after that, when it is applied.
 */
export const openings = { areFound: false };
