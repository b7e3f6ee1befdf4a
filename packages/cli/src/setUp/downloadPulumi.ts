import { createHash } from "node:crypto";
import { mkdir, readdir, rename, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";

import { isAlive } from "@hosterizer/postgres/server/embedded/serverProcess";
import { UserError } from "@hosterizer/postgres/userError";
import { pins } from "../pins";
import { runQuietly } from "../runProgram";

/** An archive of a release of Pulumi. */
export interface Release {
  url: string;
  /** In hexadecimal digits. */
  sha256: string;
}

/** The archive of the pinned release for this machine; undefined if Pulumi publishes none for it. */
export function pinnedRelease({
  platform,
  arch,
}: Pick<NodeJS.Process, "platform" | "arch"> = process): Release | undefined {
  const { version, archives } = pins.pulumiRelease;
  const name = `${platform}-${arch}`;
  if (!Object.hasOwn(archives, name)) return undefined;
  const sha256 = archives[name as keyof typeof archives];
  return { url: `https://get.pulumi.com/releases/sdk/pulumi-v${version}-${name}.tar.gz`, sha256 };
}

/** Whether a server offers the archive. Takes three seconds at most. */
export async function isOffered({ url }: Release): Promise<boolean> {
  try {
    return (await fetch(url, { method: "HEAD", signal: AbortSignal.timeout(3_000) })).ok;
  } catch {
    return false;
  }
}

/** Milliseconds. A download that stalls must not block the user for ever: a build from Go modules may still work. */
const downloadLimit = 10 * 60_000;

/**
 * Downloads a release, and unpacks it if it is the one that was pinned. The folder gets its name when it is complete.
 *
 * @param folder of the programs; what is in it is replaced
 * @throws UserError if the archive is another one; then nothing of it is left
 */
export async function downloadRelease(release: Release, folder: string): Promise<void> {
  const { url, sha256 } = release;
  const answer = await fetch(url, { signal: AbortSignal.timeout(downloadLimit) });
  if (!answer.ok) throw new Error(`${url}: HTTP ${answer.status}`);
  const archive = Buffer.from(await answer.arrayBuffer());
  const found = createHash("sha256").update(archive).digest("hex");
  if (found !== sha256) {
    throw new UserError(
      `${url}: the archive's SHA-256 is ${found}, and must be ${sha256}. It was thrown away.`,
      "Try again. If it stays so, somebody has replaced it: install Pulumi yourself (https://www.pulumi.com/docs/install/).",
    );
  }
  await removeInterrupted(folder);
  const unfinished = `${folder}.${process.pid}`;
  try {
    await mkdir(unfinished, { recursive: true });
    const packed = join(unfinished, "pulumi.tar.gz");
    await writeFile(packed, archive);
    // Its one folder is called pulumi.
    const unpack = ["-xzf", packed, "-C", unfinished, "--strip-components", "1"];
    const { code, stderr } = await runQuietly("tar", unpack);
    if (code !== 0) throw new Error(`${url}: tar failed: ${stderr.trim()}`);
    await rm(packed);
    await rm(folder, { recursive: true, force: true });
    await rename(unfinished, folder);
  } finally {
    await rm(unfinished, { recursive: true, force: true });
  }
}

/** Removes what killed set-ups have left. Their suffix is the process id. */
async function removeInterrupted(folder: string): Promise<void> {
  const parent = dirname(folder);
  for (const name of await readdir(parent).catch(() => [])) {
    const path = join(parent, name);
    const pid = path.startsWith(`${folder}.`) ? Number(path.slice(folder.length + 1)) : NaN;
    if (Number.isInteger(pid) && !isAlive(pid)) await rm(path, { recursive: true, force: true });
  }
}
