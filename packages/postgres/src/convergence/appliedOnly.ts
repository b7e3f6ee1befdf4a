/** Asks our own resources, by the environment, what differs from the last update, whatever the program declares by now. */
export const appliedOnly = { HOSTERIZER_DRIFT_AGAINST: "applied" } as const;
