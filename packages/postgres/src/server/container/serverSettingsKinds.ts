/** What a preview can find in the settings of a server in a container. */
export const serverSettingsKinds = [
  "server not reachable",
  "server setting",
  "server setting not declared",
  "settings file",
  "connection rule missing",
  "connection rule added",
  "connection rule order",
] as const;
