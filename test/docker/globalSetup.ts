import { probeEngine } from "@hosterizer/postgres/server/dockerEngine/connectEngine";

/** Fails at once with the reason if no Docker engine answers; otherwise every test would fail on its own. */
export default async function setup(): Promise<void> {
  const answer = await probeEngine();
  if (answer.answers) return;
  const failure = new Error(`Docker tests: ${answer.reason}.\n${answer.remedy}`);
  // The stack trace does not help.
  failure.stack = "";
  throw failure;
}
