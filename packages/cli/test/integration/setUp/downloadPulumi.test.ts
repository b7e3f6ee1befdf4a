import { createHash } from "node:crypto";
import { once } from "node:events";
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { execa } from "execa";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";

import { downloadRelease, isOffered, pinnedRelease } from "../../../src/setUp/downloadPulumi";

let folder: string;
let server: Server;
let address: string;
/** What the server has in place of Pulumi's release. */
let archives: Record<string, Buffer>;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "hosterizer-download-"));
  archives = {
    "/release.tar.gz": await pack("the release"),
    "/another.tar.gz": await pack("another program"),
  };
  server = createServer(({ url = "" }, answer) => {
    const archive = archives[url];
    answer.writeHead(archive === undefined ? 404 : 200).end(archive);
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});

beforeEach(async () => {
  await rm(join(folder, "toolchain"), { recursive: true, force: true });
  await mkdir(join(folder, "toolchain", "bin"), { recursive: true });
  await writeFile(join(folder, "toolchain", "bin", "earlier"), "");
});

afterAll(async () => {
  server.close();
  await rm(folder, { recursive: true });
});

/** An archive as Pulumi's are: the programs in a folder `pulumi`. */
async function pack(says: string): Promise<Buffer> {
  const from = join(folder, says, "pulumi");
  await mkdir(from, { recursive: true });
  await writeFile(join(from, "pulumi"), `#!/bin/sh\necho ${says}\n`);
  await chmod(join(from, "pulumi"), 0o755);
  await execa("tar", ["-czf", join(folder, `${says}.tar.gz`), "-C", join(folder, says), "pulumi"]);
  return readFile(join(folder, `${says}.tar.gz`));
}

const sumOf = (archive: Buffer | undefined) =>
  createHash("sha256")
    .update(archive ?? "")
    .digest("hex");

const release = (name: string) => ({
  url: `${address}/${name}.tar.gz`,
  sha256: sumOf(archives["/release.tar.gz"]),
});

const bin = () => join(folder, "toolchain", "bin");

test("the pinned release is unpacked, and replaces what was there", async () => {
  await downloadRelease(release("release"), bin());

  expect((await execa(join(bin(), "pulumi"))).stdout).toBe("the release");
  expect(await readdir(bin())).toEqual(["pulumi"]);
});

test("another archive at its address is thrown away", async () => {
  const found = sumOf(archives["/another.tar.gz"]);
  const { sha256 } = release("release");

  await expect(downloadRelease(release("another"), bin())).rejects.toThrow(
    `/another.tar.gz: the archive's SHA-256 is ${found}, and must be ${sha256}. It was thrown away.\nTry again.`,
  );
  expect(await readdir(join(folder, "toolchain"))).toEqual(["bin"]);
  expect(await readdir(bin())).toEqual(["earlier"]);
});

test("a release that is not there is no release", async () => {
  expect(await isOffered(release("release"))).toBe(true);
  expect(await isOffered(release("missing"))).toBe(false);
  await expect(downloadRelease(release("missing"), bin())).rejects.toThrow("HTTP 404");
});

test.each([
  ["linux", "x64"],
  ["linux", "arm64"],
  ["darwin", "x64"],
  ["darwin", "arm64"],
] as const)("an archive for %s on %s is pinned", (platform, arch) => {
  expect(pinnedRelease({ platform, arch })?.url).toMatch(
    new RegExp(
      `^https://get\\.pulumi\\.com/releases/sdk/pulumi-v3\\.\\d+\\.\\d+-${platform}-${arch}\\.tar\\.gz$`,
    ),
  );
});

test("no archive is pinned for other machines", () => {
  expect(pinnedRelease({ platform: "linux", arch: "riscv64" })).toBeUndefined();
});
