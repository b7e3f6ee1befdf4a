import { askPulumi } from "./askPulumi";

/** Shows where the database of a stack is and how to get in. Passwords stay where they are. */
export async function printConnection(
  stack: string,
  environment: NodeJS.ProcessEnv,
): Promise<void> {
  const text = await askPulumi(["stack", "output", "--json", "--stack", stack], environment);
  const outputs = JSON.parse(text) as Record<string, unknown>;
  // Nothing is up after `up --preview-only`, or in a part of the whole.
  if (outputs["host"] === undefined) return;
  const option = stack === "local" ? "" : ` --stack ${stack}`;
  const facts = {
    host: outputs["host"],
    port: outputs["port"],
    database: outputs["database"],
    "schema version": outputs["schemaVersion"],
  };
  const lines = Object.entries(facts).map(
    ([name, value]) => `  ${name.padEnd(16)}${String(value)}`,
  );
  process.stdout.write(
    `${lines.join("\n")}\n\nConnect:\n  eval "$(npm run -s db -- env${option})"\n  psql\n`,
  );
}
