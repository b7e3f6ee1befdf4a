/** The stack that a promotion tries everything on first: on this machine, in this clone, and gone afterwards. */
export const rehearsalStack = "promote-rehearsal";
