/** What the docker plugin finds of drift. */
export const dockerKinds = [
  "container missing",
  "container stopped",
  "container attribute",
  "image missing",
  "image outdated",
  "network missing",
  "network attribute",
  "volume missing",
  "volume attribute",
] as const;
