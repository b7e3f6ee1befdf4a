import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { execa } from "execa";

/** Runs a check in a folder with room for 64 kB. Mounting it takes root. */
export async function onSmallDisk(check: (folder: string) => Promise<void>): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), "hosterizer-full-"));
  try {
    await execa("mount", ["-t", "tmpfs", "-o", "size=64k", "tmpfs", folder]);
    try {
      await check(folder);
    } finally {
      await execa("umount", [folder]);
    }
  } finally {
    await rm(folder, { recursive: true });
  }
}
