import { readdir, readFile, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";

import { afterAll, beforeAll, expect, test } from "vitest";

import { type Clone, makeClone } from "./clone";

let clone: Clone;
let first: Awaited<ReturnType<Clone["run"]>>;

beforeAll(async () => {
  clone = await makeClone();
  await clone.shell("git init -q && git add -A && git -c user.name=a -c user.email=a commit -qm a");
  // Under a umask that lets everybody write.
  first = await clone.shell("umask 000; exec node packages/cli/run.mjs up");
});
afterAll(() => clone.remove());

const read = (...path: string[]) => readFile(join(clone.folder, ...path), "utf8");
const own = (...path: string[]) => join(clone.folder, ".hosterizer", ...path);

test("the first up installs Pulumi, creates the stack, and says how to connect", () => {
  expect(first).toMatchObject({ code: 0 });
  expect(first.stderr).toContain("Set up in");
  expect(first.stdout).toContain("+ 4 created");
  expect(first.stdout).toMatch(/port +5433\n/);
  expect(first.stdout).toContain('eval "$(npm run -s db -- env)"');
});

test("whatever the umask, others cannot write what it makes", async () => {
  const { stdout } = await clone.shell("find .hosterizer ! -type l -perm /022");

  expect(stdout).toBe("");
});

test("a folder that others could write in is closed to them", async () => {
  await clone.shell("chmod 0777 .hosterizer; chmod 0666 .hosterizer/config/*");
  const { stderr } = await clone.run(["drift"]);

  expect(stderr).toBe(`Others could write in ${own()}: they no longer can.\n`);
  expect((await clone.shell("find .hosterizer ! -type l -perm /022")).stdout).toBe("");
});

test("the second up changes nothing and prints nothing", async () => {
  const { code, stdout, stderr } = await clone.run(["up"]);

  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  expect(stdout).toContain("4 unchanged");
  expect(stdout).not.toContain("open sesame");
});

test("changes no tracked file, and leaves no untracked one", async () => {
  const { stdout } = await clone.shell("git status --porcelain");

  expect(stdout).toBe("");
});

test("the log that Pulumi is asked for is where only its owner may enter", async () => {
  const { stderr, code } = await clone.run(["preview", "-v=3"]);

  expect(code).toBe(0);
  expect(stderr).toContain(`Pulumi's log is in ${own("logs")}.`);
  expect((await readdir(own("logs"))).filter((name) => name.startsWith("pulumi."))).not.toEqual([]);
  expect((await stat(own("logs"))).mode & 0o777).toBe(0o700);
  expect((await clone.run(["preview", "--debug"])).stderr).toContain(
    "--debug prints the passwords of all roles.",
  );
});

test("secrets are encrypted with a passphrase that only its owner can read", async () => {
  const state = await read(".hosterizer/state/.pulumi/stacks/hosterizer-database/local.json");
  const { mode } = await stat(own("passphrase"));

  expect(state).toContain('"ciphertext"');
  expect(state).not.toContain("open sesame");
  expect(mode & 0o777).toBe(0o600);
  expect((await read(".hosterizer", "passphrase")).trim().length).toBeGreaterThanOrEqual(43);
});

test("drift exits with 0 without a difference, 7 with one, 1 if it cannot tell", async () => {
  const settings = await read("Pulumi.local.yaml");
  const codes = [(await clone.run(["drift"])).code];
  await writeFile(join(clone.folder, "Pulumi.local.yaml"), settings.replace("5433", "5434"));
  codes.push((await clone.run(["drift"])).code);
  await writeFile(join(clone.folder, "Pulumi.local.yaml"), settings.replace("5433", "no port"));
  codes.push((await clone.run(["drift"])).code);
  await writeFile(join(clone.folder, "Pulumi.local.yaml"), settings);

  expect(codes).toEqual([0, 7, 1]);
});

test("preview creates nothing outside the project folder's own state", async () => {
  const { code, stdout } = await clone.run(["preview", "--diff", "--show-sames"]);

  expect(code).toBe(0);
  expect(stdout).toContain("4 unchanged");
  expect(await clone.run(["preview"])).toMatchObject({
    code: 0,
    stdout: "Stack local is as the program declares it.\n",
  });
});

test("refuses a stack without a configuration file, and names the others", async () => {
  const { code, stderr } = await clone.run(["up", "--stack", "lokal", "--yes"]);

  expect(code).toBe(1);
  expect(stderr).toContain('There is no stack "lokal"');
  expect(stderr).toMatch(/Name one of .*local/);
});

test("a stack other than local is not changed without confirmation", async () => {
  await writeFile(join(clone.folder, "Pulumi.dev.yaml"), await read("Pulumi.local.yaml"));

  const refused = await clone.run(["up", "--stack", "dev"]);
  const agreed = await clone.run(["up", "--stack", "dev", "--yes"]);

  expect(refused).toMatchObject({ code: 1, stdout: "" });
  expect(refused.stderr).toContain("npm run up -- --stack dev --yes");
  expect(agreed).toMatchObject({ code: 0 });
  expect(agreed.stderr).toContain("Stack dev keeps its state in .hosterizer/state");
  expect(await read("Pulumi.dev.yaml")).not.toContain("encryptionsalt");
});

test.each([
  ["destroy --stack dev", "npm run destroy -- --stack dev"],
  ["destroy --stack=dev -- --yes", "npm run destroy -- --stack dev"],
  ["-s up --stack dev", "npm run up -- --stack dev"],
  ["-s db --stack dev -- status", "npm run db -- <command> --stack dev"],
])("`npm run %s`, whose option npm takes, does nothing and shows the line", async (line, meant) => {
  const { code, stderr } = await clone.shell(`npm run ${line}`);

  expect(code).toBe(1);
  expect(stderr).toContain("npm has taken the option --stack for itself");
  expect(stderr).toContain(meant);
});

test("a backend in the environment holds the state, even that of local", async () => {
  const backend = join(clone.folder, "..", "backend");
  const environment = {
    PULUMI_BACKEND_URL: `file://${encodeURI(backend).replaceAll("#", "%23")}`,
    PULUMI_CONFIG_PASSPHRASE: "ours",
  };
  await clone.shell(`mkdir -p "${backend}" && cp Pulumi.local.yaml ../kept`);

  const { code } = await clone.run(["up"], environment);
  const salt = await read("Pulumi.local.yaml");
  await clone.shell("cp ../kept Pulumi.local.yaml");

  expect(code).toBe(0);
  expect(await readdir(join(backend, ".pulumi", "stacks", "hosterizer-database"))).toContain(
    "local.json",
  );
  // There the team's passphrase encrypts, and the salt is the team's.
  expect(salt).toContain("encryptionsalt");
});

test("the sourced shell has a pulumi that works on the selected stack", async () => {
  const { stdout, stderr } = await clone.shell(
    [
      'eval "$(node packages/cli/run.mjs shell --print)"',
      "pulumi stack output port",
      "pulumi config set hosterizer-database:colour green",
      "pulumi config set --secret hosterizer-database:secret blue",
      "pulumi config get hosterizer-database:secret",
      "cat Pulumi.local.yaml",
      "git checkout -q Pulumi.local.yaml",
    ].join(" && "),
  );

  expect(stderr).toBe("");
  expect(stdout.split("\n").slice(0, 2)).toEqual(["5433", "blue"]);
  expect(stdout).toContain("hosterizer-database:colour: green");
  expect(stdout).not.toMatch(/secure|encryptionsalt/);
});

test("without a terminal and --yes, destroy says what would be lost and refuses", async () => {
  const { code, stdout, stderr } = await clone.run(["destroy"]);

  expect(code).toBe(1);
  expect(stdout).toContain("Stack local will be removed, 4 resources");
  expect(stderr).toContain("npm run destroy -- --stack local --yes");
});

test("destroy with --yes leaves nothing", async () => {
  const destroyed = await clone.run(["destroy", "--yes"]);
  const again = await clone.run(["destroy", "--yes"]);

  expect(destroyed).toMatchObject({ code: 0 });
  expect(destroyed.stdout).toContain("- 4 deleted");
  expect(again).toMatchObject({ code: 0 });
  expect(again.stdout).toContain("nothing that could be removed");
});

test.each(["up", "preview", "drift", "destroy", "shell"])("%s explains itself", async (command) => {
  const { code, stdout } = await clone.run([command, "--help"]);

  expect(code).toBe(0);
  expect(stdout).toContain(`Usage: npm run ${command} --`);
});
