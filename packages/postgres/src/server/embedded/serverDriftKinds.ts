/** What a preview can find in the settings of an embedded server that runs. */
export const serverDriftKinds = [
  "server setting",
  "server setting not declared",
  "settings file",
] as const;
