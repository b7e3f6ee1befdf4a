import { join } from "node:path";

import { UserError } from "@hosterizer/postgres/userError";
import { folders } from "../folders";
import { say } from "../terminal";
import { fingerprint, readSetUp, writeSetUp } from "./setUp";
import { withSetUpLock } from "./setUpLock.mjs";
import { plugins, setUpPlugins } from "./setUpPlugins";
import { setUpPulumi } from "./setUpPulumi";

/** The program that `setUp` starts where something is missing: Pulumi first, with it the plugins, then the record of both. */
async function performSetUp(): Promise<void> {
  const started = Date.now();
  const { program, source } = await setUpPulumi();
  const { kind, ownHome, files } = await setUpPlugins(program, source !== "path");
  const pulumi = fingerprint(program);
  if (pulumi === undefined) throw new Error(`${program} no longer exists`);
  writeSetUp({ pulumi, ownHome, files });
  const origin = { path: "from the PATH", download: "official", go: "built from Go modules" };
  const seconds = Math.round((Date.now() - started) / 1000);
  const named = plugins.map(({ name, version }) => `${name} ${version}`).join(" and ");
  say(`Set up in ${seconds} s: Pulumi (${origin[source]}), plugins ${named} (${kind}).`);
}

withSetUpLock(join(folders.own, "set-up.lock"), async () => {
  // The previous holder of the lock may have done it all.
  if (readSetUp() === undefined) await performSetUp();
}).catch((error: unknown) => {
  say(error instanceof UserError ? error.message : String((error as Error).stack));
  process.exitCode = 1;
});
