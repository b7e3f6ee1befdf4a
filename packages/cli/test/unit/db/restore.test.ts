import { expect, test } from "vitest";

import { program } from "../../../../../components/program";
import { restore } from "../../../src/db/restore";

test.each([
  [
    ["some.dump", "--timeline", "2", "--repository", "9"],
    "--timeline is for recoveries: a dump has one state.",
  ],
  [
    ["42.jsonl.gz", "--customer", "42", "--repository", "9"],
    "--repository is for recoveries: a dump has one state.",
  ],
  [["--latest", "--into", "other"], "--into is for dumps: a recovery has everything."],
  [["--latest", "--schema-only"], "--schema-only is for dumps: a recovery has everything."],
  [["--to", "2026-11-28 13:12:47"], "has no offset from UTC. In UTC it is"],
  [["--latest", "--scrub"], "--scrub: only a copy is scrubbed."],
  [["--as", "review"], "nothing says which moment."],
  [["some.dump", "--latest"], "A dump and a moment"],
  [[], "Nothing says what to restore."],
])("`restore %s` is refused before anything is looked at", async (words, says) => {
  const refusal = restore(program).parseAsync([...words, "--stack", "nowhere"], { from: "user" });
  await expect(refusal).rejects.toMatchObject({ name: "UserError" });
  await expect(refusal).rejects.toThrow(says);
});
