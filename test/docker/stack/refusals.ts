import type { DockerProject } from "./dockerProject";

/**
 * What an operator's command answers to lines of words that it refuses, one after the other in one process: each takes a second of a
 * processor to start.
 *
 * @throws if one of them is not refused, or with more than a message for its user
 */
export async function refusals(
  project: DockerProject,
  command: "restore",
  lines: readonly (readonly string[])[],
): Promise<string[]> {
  const text = JSON.stringify(lines.map((words) => [...words, "--stack", project.stack]));
  await project.write("refusals.cjs", program(command));
  const run = `node --require ./packages/cli/preload.cjs refusals.cjs '${text}'`;
  const { code, output, stdout } = await project.shell(run);
  if (code !== 0) throw new Error(output);
  return JSON.parse(stdout.trimEnd().split("\n").at(-1) ?? "") as string[];
}

const program = (command: string) => `
const { loadProgram } = require("./packages/cli/src/program.ts");
const { ${command} } = require("./packages/cli/src/db/${command}.ts");
(async () => {
  const said = [];
  for (const words of JSON.parse(process.argv[2])) {
    const ended = ${command}(loadProgram()).parseAsync(words, { from: "user" });
    const error = await ended.then(() => new Error(words.join(" ") + " is not refused"), (error) => error);
    if (error.name !== "UserError") throw error;
    said.push(error.message);
  }
  console.log(JSON.stringify(said));
})().catch((error) => {
  console.error(error);
  process.exit(1);
});
`;
