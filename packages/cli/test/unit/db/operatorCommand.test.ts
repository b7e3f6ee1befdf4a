import { Command } from "commander";
import { describe, expect, test } from "vitest";

import { program } from "../../../../../components/program";
import { commandGroup, operatorCommand } from "../../../src/db/operatorCommand";
import { psql } from "../../../src/db/psql";

const ran: unknown[] = [];
const hello = () =>
  operatorCommand({
    name: "hello",
    summary: "Greet the operator",
    examples: [["npm run db -- hello", "politely"]],
  }).action((options: unknown) => {
    ran.push(options);
  });
const run = (...args: string[]) =>
  commandGroup([hello(), psql(program)]).parseAsync(args, { from: "user" });

describe("the operator's command line", () => {
  test("works on stack local unless told otherwise", async () => {
    await run("hello");
    await run("hello", "--stack", "dev");
    expect(ran.splice(0)).toEqual([{ stack: "local" }, { stack: "dev" }]);
  });

  test.each([
    { args: ["helo"], fault: "Unknown command 'helo'. Did you mean hello?", help: "--help" },
    { args: ["hello", "--loud"], fault: "Unknown option '--loud'.", help: "hello --help" },
    {
      args: ["hello", "you"],
      fault: "Too many arguments for 'hello'. Expected 0 arguments but got 1.",
      help: "hello --help",
    },
    {
      args: ["psql", "--customer", "acme"],
      fault:
        "Option '--customer <id>' argument 'acme' is invalid. A customer's id is a whole number from 1 to 9223372036854775807.",
      help: "psql --help",
    },
    {
      args: ["psql", "--customer", "1", "--administrator"],
      fault: "Option '--administrator' cannot be used with option '--customer <id>'.",
      help: "psql --help",
    },
  ])("answers $args with the fault and where to read more", async ({ args, fault, help }) => {
    await expect(run(...args)).rejects.toMatchObject({
      name: "UserError",
      message: `${fault}\n\`npm run db -- ${help}\` shows the usage.`,
    });
    expect(ran).toEqual([]);
  });

  test("shows help with the way the command is called, and examples", async () => {
    let shown = "";
    const command = hello().configureOutput({ writeOut: (text) => (shown += text) });
    const parent = new Command("npm run db --").addCommand(command);
    await expect(parent.parseAsync(["hello", "--help"], { from: "user" })).rejects.toMatchObject({
      exitCode: 0,
    });
    expect(shown).toContain("Usage: npm run db -- hello [options]\n\nGreet the operator.\n");
    expect(shown).toContain("Examples:\n  # politely\n  npm run db -- hello\n");
  });
});
