import { spawnSync } from "node:child_process";
import {
  cp,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  rename,
  rm,
  symlink,
  writeFile,
} from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";

import { afterEach, beforeEach, expect, test } from "vitest";

let folder: string;
let project: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "own-modules-"));
  project = join(folder, "first");
  const cli = join(project, "packages", "cli");
  await cp("packages/cli/src/preload", join(cli, "src", "preload"), { recursive: true });
  await cp("packages/cli/preload.cjs", join(cli, "preload.cjs"));
  await symlink(resolve("node_modules"), join(project, "node_modules"));
  await mkdir(join(project, "commands"));
  await writeFile(
    join(project, "commands", "start.cjs"),
    'console.log(require("../price.ts").price());',
  );
  await writeFile(join(project, "price.ts"), priceOf("euros"));
  await writeFile(join(project, "euros.ts"), "export const amount: number = 1;\n");
});
afterEach(() => rm(folder, { recursive: true }));

const priceOf = (file: string) => `import { amount } from "./${file}";
type Price = string;

export function price(): Price {
  return \`\${amount} \${new Error().stack?.split("\\n")[1]?.match(/\\w+\\.ts:\\d+/)?.[0]}\`;
}
`;

/** What the program prints, and whether it had to translate anything. */
function run(directory = project) {
  const lookAtTheEnd =
    'process.on("exit", () => console.log(Object.keys(require.cache).some((file) => file.includes("esbuild/lib"))))';
  const args = [
    "--require",
    "./packages/cli/preload.cjs",
    "--require",
    "./look.cjs",
    "commands/start.cjs",
  ];
  return writeFile(join(directory, "look.cjs"), lookAtTheEnd).then(() => {
    const { stdout, stderr } = spawnSync(process.execPath, args, {
      cwd: directory,
      encoding: "utf8",
    });
    const [printed, translated] = stdout.split("\n");
    return { printed, translated: translated === "true", stderr };
  });
}

const store = (directory = project) => join(directory, ".hosterizer", "modules");

test("a file is translated only once, and stack traces still name lines of the source", async () => {
  expect(await run()).toEqual({ printed: "1 price.ts:5", translated: true, stderr: "" });
  expect(await run()).toEqual({ printed: "1 price.ts:5", translated: false, stderr: "" });
});

test("a copy of the project uses its own copy of the store", async () => {
  await run();
  const copy = join(folder, "second");
  await cp(project, copy, { recursive: true, preserveTimestamps: true, verbatimSymlinks: true });
  await rename(project, join(folder, "gone"));

  expect(await run(copy)).toMatchObject({ printed: "1 price.ts:5", translated: false });
});

test("an edited file is translated again, even if its length is the same", async () => {
  await run();
  await writeFile(join(project, "euros.ts"), "export const amount: number = 2;\n");

  expect(await run()).toMatchObject({ printed: "2 price.ts:5", translated: true });
  expect(await run()).toMatchObject({ printed: "2 price.ts:5", translated: false });
});

test("a removed file is no longer found, nor is one that another file replaces", async () => {
  await run();
  await rename(join(project, "euros.ts"), join(project, "dollars.ts"));
  expect((await run()).stderr).toContain("Cannot find module './euros'");

  await writeFile(join(project, "price.ts"), priceOf("dollars"));
  expect(await run()).toMatchObject({ printed: "1 price.ts:5" });
});

test.each(["", "{", "[]", '{"by":"another version","files":{}}'])(
  "a store that contains %o is rebuilt",
  async (content) => {
    await run();
    const [name = ""] = await readdir(store());
    await writeFile(join(store(), name), content);

    expect(await run()).toEqual({ printed: "1 price.ts:5", translated: true, stderr: "" });
    expect(JSON.parse(await readFile(join(store(), name), "utf8"))).toHaveProperty("files");
  },
);

test("everything works without a store", async () => {
  await writeFile(join(project, ".hosterizer"), "a file, and no folder");

  expect(await run()).toEqual({ printed: "1 price.ts:5", translated: true, stderr: "" });
});
