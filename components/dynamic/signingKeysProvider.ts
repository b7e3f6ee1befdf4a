import {
  applySigningKeys,
  readSigningKeyDrift,
  removeSigningKeys,
} from "@hosterizer/postgres/rowLevelSecurity/signingKeys";
import { checkDrift, inspect } from "./drift";
import { makeProvider } from "./provider";
import type { SigningKeysInputs } from "./signingKeys";

export const provider = makeProvider<SigningKeysInputs>({
  id: () => "signing-keys",
  compared: ({ keys, owner }) => [keys, owner],
  check: checkDrift((news) =>
    inspect("the signing keys", () => readSigningKeyDrift(news.connection, news)),
  ),
  apply: async (inputs) => {
    await applySigningKeys(inputs.connection, inputs);
    return inputs;
  },
  remove: ({ connection, owner }) => removeSigningKeys(connection, owner),
});
