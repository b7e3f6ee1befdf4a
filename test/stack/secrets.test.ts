import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

import { afterAll, beforeAll, expect, test } from "vitest";

import { readProcesses } from "@hosterizer/cli/stack/processes";
import { makeProject } from "./makeProject";
import type { Project, Run } from "./project";

let project: Project;
/** Every text that must not be found, by name. */
let secrets: Map<string, string>;
/** Every command line that was seen while commands ran. */
const commandLines = new Set<string>();

beforeAll(async () => {
  project = await makeProject({ proof: true });
  await project.shell("git init -q && git add --all");
  await watched(project.npm("up"));
  await project.query("alter role app_user password 'changed by hand'");
  await watched(project.npm("drift"));
  await watched(project.npm("preview", "--", "--diff"));
  await watched(project.npm("preview", "--", "--json"));
  await watched(project.npm("up"));
  await watched(project.npm("preview"));
  await watched(project.npm("destroy"));
  secrets = await allSecrets();
});
afterAll(() => project.remove());

/** Records all command lines of the machine until a command exits. */
async function watched(command: Promise<Run>): Promise<void> {
  const watch = { running: true };
  const end = command.finally(() => {
    watch.running = false;
  });
  while (watch.running) {
    for (const { command: line } of readProcesses()) commandLines.add(line);
    await sleep(20);
  }
  await end;
}

async function allSecrets(): Promise<Map<string, string>> {
  const { superuser, roles, verifiers } = await project.secrets();
  const passphrase = (await project.read(".hosterizer/passphrase")).trim();
  const salt = verifiers.flatMap((verifier) => verifier.split(/[$:]/).slice(-2));
  const named: [string, string][] = [
    ["the passphrase", passphrase],
    ["the superuser's password", superuser],
    ...Object.entries(roles).map(([role, password]): [string, string] => [`${role}'s`, password]),
    ...salt.map((key, index): [string, string] => [`key ${index} of a verifier`, key]),
  ];
  const encoded = named.map(([name, text]): [string, string] => [
    `${name} in base64`,
    Buffer.from(text).toString("base64").replace(/=+$/, ""),
  ]);
  return new Map([...named, ...encoded]);
}

/** The names of the secrets that a text contains. */
function foundIn(text: string): string[] {
  return [...secrets].filter(([, secret]) => text.includes(secret)).map(([name]) => name);
}

/** The names of the secrets in the files below a folder, with the file. */
async function foundBelow(folder: string, passedOver: RegExp): Promise<string[]> {
  const found: string[] = [];
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  for (const entry of entries) {
    const path = join(entry.parentPath, entry.name);
    if (!entry.isFile() || passedOver.test(path)) continue;
    const text = await readFile(path, "latin1");
    found.push(...foundIn(text).map((name) => `${path}: ${name}`));
  }
  return found;
}

test("the test has secrets to look for and output to search", () => {
  expect([...secrets.values()].every((secret) => secret.length >= 32)).toBe(true);
  // The passphrase, six passwords, two keys of each of six verifiers, and all of them in base64.
  expect(secrets.size).toBe(2 * (1 + 6 + 12));
  expect(project.transcript).toHaveLength(7);
  expect(project.transcript.join("\n")).toContain("password: [secret] => [secret]");
  expect([...commandLines].join("\n")).toMatch(/initdb.*--pwfile/);
});

test("no command prints a secret", () => {
  expect(foundIn(project.transcript.join("\n"))).toEqual([]);
});

test("no process has a secret on its command line", () => {
  expect(foundIn([...commandLines].join("\n"))).toEqual([]);
});

test("the server's log contains no secret", async () => {
  const log = await readFile(project.server.log, "utf8");

  expect(log).toContain("database system is ready to accept connections");
  expect(foundIn(log)).toEqual([]);
});

test("the statement statistics contain no secret", async () => {
  const rows = await project.query<{ query: string }>(
    "select query from monitoring.pg_stat_statements",
  );
  const statements = rows.map(({ query }) => query).join("\n");

  expect(statements).toContain("from pg_catalog.pg_");
  expect(foundIn(statements)).toEqual([]);
});

test("no file in .hosterizer contains a secret in plain text", async () => {
  const folder = join(project.directory, ".hosterizer");
  // The server stores its verifiers in its data, and the passphrase file is meant to hold the passphrase.
  const found = await foundBelow(
    folder,
    /\/postgres\/local\/data\/|\.hosterizer\/passphrase$|\/toolchain\//,
  );

  expect(
    await project.read(".hosterizer/state/.pulumi/stacks/hosterizer-database/local.json"),
  ).toContain('"ciphertext"');
  expect(found).toEqual([]);
});

test("no tracked file contains a secret or has changed", async () => {
  expect(await foundBelow(project.directory, /\/(node_modules|\.hosterizer)\//)).toEqual([]);
  expect(
    await project.shell("git diff --stat && git status --porcelain | grep -v '^A '"),
  ).toMatchObject({ output: "" });
});

test("only the owner can read the files that hold secrets", async () => {
  const { stdout } = await project.shell(
    "find .hosterizer/passphrase .hosterizer/state .hosterizer/config .hosterizer/postgres/local -prune -perm /077",
  );

  expect(stdout).toBe("");
});
