import { cpus, loadavg } from "node:os";

import { afterAll, beforeAll, describe, inject, test } from "vitest";

import { measureArchiving } from "./backup/archiving";
import { measureBaseBackups } from "./backup/baseBackups";
import { measureDrills } from "./backup/drills";
import { measureDumps } from "./backup/dumps";
import { type Figure, renderFigures } from "./backup/figureTable";
import { measureOutages } from "./backup/outages";
import { measureRecoveries } from "./backup/recoveries";
import { addRepositoryInS3 } from "./backup/repositoryInS3";
import { type BackedUpStack, startBackedUpStack } from "./backup/backedUpStack";

// One stack for all: the recoveries come last, because each moves it to another volume.
let stack: BackedUpStack;
const figures: Figure[] = [];

beforeAll(async () => {
  stack = await startBackedUpStack(inject("dockerTemplate"));
});
afterAll(async () => {
  await stack.project.remove();
  console.log(renderFigures(figures));
});

function load(): void {
  console.log(`${cpus().length} processors, load ${loadavg()[0]?.toFixed(1) ?? "unknown"}`);
}

test("a dump against pg_dump", async () => {
  load();
  figures.push(...(await measureDumps(stack)));
});

test("a base backup against pg_basebackup", async () => {
  load();
  figures.push(...(await measureBaseBackups(stack)));
});

test("a drill", async () => {
  load();
  figures.push(...(await measureDrills(stack)));
});

test("archiving and the heartbeat against a server without them", async () => {
  load();
  figures.push(...(await measureArchiving(stack)));
});

test("a repository that is away while clients write", async () => {
  load();
  figures.push(...(await measureOutages(stack)));
});

describe("recoveries to a moment, to a named point, to the latest state and to another timeline", () => {
  test("from a volume", async () => {
    load();
    figures.push(...(await measureRecoveries(stack, { repository: 1, place: "a volume" })));
  });

  test("from S3", async () => {
    load();
    await addRepositoryInS3(stack);
    figures.push(...(await measureRecoveries(stack, { repository: 2, place: "S3" })));
  });
});
