import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

import { folders } from "@hosterizer/cli/folders";
import { withSetUpLock } from "../../packages/cli/src/setUp/setUpLock.mjs";
import { engine } from "./engine";

const dockerfiles = { postgresql: "Dockerfile", pgbouncer: "pgbouncer.Dockerfile" } as const;

/** What an image of image/ runs. */
export type ImageTarget = keyof typeof dockerfiles;

const context = join(folders.project, "image");

/**
 * The name of the image that image/ builds for `target`. It is built once for all tests, and again when a file of image/
 * changes: its tag is their hash. It stays for the next run, in place of its predecessor.
 *
 * @throws if it cannot be built, with the last lines of the build
 */
export function builtImage(target: ImageTarget): Promise<string> {
  const repository = `hosterizer-test-${target}`;
  const tag = `${repository}:${contextHash()}`;
  const lock = join(folders.own, "test-images.lock");
  return withSetUpLock(
    lock,
    async () => {
      const there = await engine.listImages({ filters: { reference: [repository] } });
      const tags = there.flatMap(({ RepoTags }) => RepoTags ?? []);
      if (tags.includes(tag)) return tag;
      await build(target, tag);
      // An image that a container still uses stays.
      await Promise.allSettled(tags.map((old) => engine.getImage(old).remove()));
      return tag;
    },
    "build of test images",
  );
}

function contextHash(): string {
  const hash = createHash("sha256");
  for (const name of readdirSync(context).sort()) {
    const content = readFileSync(join(context, name));
    hash.update(`${name} ${content.length}\n`).update(content);
  }
  return hash.digest("hex").slice(0, 12);
}

async function build(target: ImageTarget, tag: string): Promise<void> {
  const output = await engine.buildImage(
    { context, src: readdirSync(context) },
    { t: tag, dockerfile: dockerfiles[target], rm: true, forcerm: true },
  );
  const lines: string[] = [];
  await new Promise<void>((done, fail) => {
    engine.modem.followProgress(
      output,
      (error: Error | null) => {
        if (error === null) done();
        else fail(new Error(`${tag}: ${error.message}\n${lines.join("").slice(-2_000)}`));
      },
      ({ stream }: { stream?: string }) => {
        if (stream !== undefined) lines.push(stream);
      },
    );
  });
}
