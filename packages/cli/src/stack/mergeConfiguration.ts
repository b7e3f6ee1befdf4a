import { parseYaml, yaml } from "./yaml";

/** Keys by which a Pulumi.<stack>.yaml says how its secrets are encrypted. */
export const encryption = ["encryptionsalt", "encryptedkey", "secretsprovider"];

/**
 * The configuration file of a stack whose state is in the project folder: what the team has written, with the salt and
 * the secrets of this clone, which must never get into a tracked file.
 *
 * @param tracked text of Pulumi.<stack>.yaml
 * @param kept text of the file that the last run used
 * @param name of the tracked file
 * @throws CommandError if the tracked one is no YAML
 */
export function mergeConfiguration(
  tracked: string,
  kept: string | undefined,
  name: string,
): string {
  const { isMap, isPair, parseDocument } = yaml();
  const merged = parseYaml(tracked, name);
  // A team that has chosen an encryption for this file has its secrets in it.
  if (kept === undefined || encryption.some((key) => merged.has(key))) return tracked;
  const own = parseDocument(kept);
  for (const key of encryption) {
    if (own.has(key)) merged.set(key, own.get(key));
  }
  const configuration = own.get("config");
  if (!isMap(configuration)) return merged.toString();
  for (const pair of configuration.items) {
    if (!isPair(pair) || !isMap(pair.value) || !pair.value.has("secure")) continue;
    const path = ["config", String(pair.key)];
    if (!merged.hasIn(path)) merged.setIn(path, pair.value);
  }
  return merged.toString();
}
