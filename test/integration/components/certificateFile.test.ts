import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";

import { provider } from "../../../components/dynamic/certificateFileProvider";
import { makeAuthority } from "@hosterizer/postgres/tls/certificates";

let project: string;
let folder: string;
let inputs: { file: string; certificate: string };
let renewed: string;

beforeAll(async () => {
  project = await mkdtemp(join(tmpdir(), "hosterizer-file-"));
  renewed = (await makeAuthority("dev", new Date())).certificate;
});

beforeEach(async () => {
  folder = join(project, "dev");
  await rm(folder, { recursive: true, force: true });
  const { certificate } = await makeAuthority("dev", new Date());
  inputs = { file: join(folder, "ca.pem"), certificate };
});

afterAll(() => rm(project, { recursive: true }));

test("everyone may read the file, in a folder that belongs to the user", async () => {
  await provider.create(inputs);

  expect(await readFile(inputs.file, "utf8")).toBe(inputs.certificate);
  expect((await stat(inputs.file)).mode & 0o777).toBe(0o644);
  expect((await stat(folder)).mode & 0o777).toBe(0o700);
  expect(await readdir(folder)).toEqual(["ca.pem"]);
});

test("an existing folder is not changed", async () => {
  await mkdir(folder, { mode: 0o755 });
  await provider.create(inputs);

  expect((await stat(folder)).mode & 0o777).toBe(0o755);
});

test.each([
  ["is removed", (file: string) => rm(file), " is missing"],
  ["is edited", (file: string) => writeFile(file, "no"), ": found no certificate"],
  ["is another's", (file: string) => writeFile(file, renewed), ": found another one, of dev"],
])("a preview says that it %s, and an update repairs it", async (_what, harm, line) => {
  await provider.create(inputs);
  await harm(inputs.file);

  const drift = `file ${inputs.file}${line}, expected the certificate of dev: clients cannot verify the server`;
  const news = await check(inputs);
  expect(news.drift).toEqual([drift]);
  expect(await provider.diff("", inputs, news)).toEqual({ changes: true });

  await provider.update("", inputs, news);
  const again = await check(news);
  expect(again.drift).toEqual([]);
  expect(await provider.diff("", news, again)).toEqual({ changes: false });
});

test("a folder in its place is reported by a preview, and fails an update", async () => {
  await mkdir(inputs.file, { recursive: true });

  expect((await check(inputs)).drift).toEqual([
    expect.stringContaining("found something that cannot be read (EISDIR)"),
  ]);
  await expect(provider.update("", inputs, inputs)).rejects.toMatchObject({ code: "EISDIR" });
  expect(await readdir(folder)).toEqual(["ca.pem"]);
});

test("a renewed certificate is not drift of the file", async () => {
  await provider.create(inputs);

  const news = await check({ ...inputs, certificate: renewed });
  expect(news.drift).toEqual([]);
  expect(await provider.diff("", inputs, news)).toEqual({ changes: true });
});

test("a file of another path is another file", async () => {
  const news = { ...inputs, file: join(folder, "authority.pem") };

  expect(await provider.diff("", inputs, news)).toEqual({ changes: true, replaces: ["file"] });
});

test("it is removed with its folder", async () => {
  await provider.create(inputs);
  await provider.delete("", inputs);
  expect(await readdir(project)).toEqual([]);

  // A second removal is no error.
  await provider.delete("", inputs);
});

test("it is removed without the other files", async () => {
  await provider.create(inputs);
  await writeFile(join(folder, "notes"), "");
  await provider.delete("", inputs);

  expect(await readdir(folder)).toEqual(["notes"]);
});

async function check(news: typeof inputs): Promise<typeof inputs & { drift?: string[] }> {
  const checked = await provider.check(inputs, news);
  if (checked.inputs === undefined) throw new Error("nothing was checked");
  return checked.inputs;
}
