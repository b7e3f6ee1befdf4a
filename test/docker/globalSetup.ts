import { probeEngine } from "@hosterizer/postgres/server/engine/connectEngine";

/** Fails at once, with the reason, where no Docker engine answers: each test would fail on its own otherwise. */
export default async function setup(): Promise<void> {
  const answer = await probeEngine();
  if (answer.answers) return;
  const failure = new Error(`Docker tests: ${answer.reason}.\n${answer.remedy}`);
  // Where it was thrown helps nobody.
  failure.stack = "";
  throw failure;
}
