import { chmod, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";

import { afterEach, beforeEach, expect, test } from "vitest";

import { dockerNames } from "../../../src/dockerStack/dockerObjects";
import { type StandInEngine, startStandInEngine } from "./standInEngine";

let standIn: StandInEngine;
let folder: string;
let environment: NodeJS.ProcessEnv;

/** Stands in for Pulumi: prints the state, and keeps what is imported. */
const pulumi = `#!/bin/sh
case "$*" in
  "stack export"*) cat "$STATE" ;;
  "stack import"*) cat >"$STATE" ;;
esac
`;

beforeEach(async () => {
  standIn = await startStandInEngine();
  folder = await mkdtemp(join(tmpdir(), "hosterizer-move-"));
  await writeFile(join(folder, "pulumi"), pulumi);
  await chmod(join(folder, "pulumi"), 0o755);
  const PATH = [folder, process.env["PATH"]].join(delimiter);
  environment = { ...process.env, PATH, STATE: join(folder, "state.json") };
});
afterEach(async () => {
  await standIn.close();
  await rm(folder, { recursive: true });
});

const names = dockerNames({ dockerName: "shop", dataVolume: "shop-data-new" });

async function move(recorded: string): Promise<boolean> {
  const volume = {
    urn: "urn:pulumi:dev::p::docker:index/volume:Volume::server-data",
    type: "docker:index/volume:Volume",
    id: recorded,
    inputs: { name: recorded },
    outputs: { id: recorded, name: recorded },
  };
  await writeFile(
    join(folder, "state.json"),
    JSON.stringify({ deployment: { resources: [volume] } }),
  );
  const { moveToVolume } = await import("../../../src/healing/moveToVolume");
  return moveToVolume("dev", names, environment);
}

const state = async () => await readFile(join(folder, "state.json"), "utf8");
const mounts = (Name: string) => ({
  Image: "image",
  Mounts: [{ Destination: "/var/lib/postgresql", Name }],
});

test("a volume that does not exist is refused, and the state stays", async () => {
  await expect(move("shop-data")).rejects.toThrow(
    "The volume shop-data-new (hosterizer-database:dataVolume in Pulumi.dev.yaml) does not exist.",
  );
  expect(await state()).not.toContain("shop-data-new");
});

test("an empty volume is refused, and neither the state nor a container is touched", async () => {
  Object.assign(standIn.answers, {
    "GET /volumes/shop-data-new": { Name: "shop-data-new" },
    "GET /containers/json": [],
    "GET /containers/shop-postgresql/json": mounts("shop-data"),
    "POST /containers/create": { Id: "looking" },
    "DELETE /containers/looking": {},
  });
  await expect(move("shop-data")).rejects.toThrow("has no server's data. Nothing was changed.");
  expect(await state()).not.toContain("shop-data-new");
  expect(standIn.requests).toContain("DELETE /containers/looking");
  expect(standIn.requests.filter((request) => /stop|start/.test(request))).toEqual([]);
});

test("a move that was recorded and not made is made by the next update", async () => {
  standIn.answers["GET /containers/shop-postgresql/json"] = mounts("shop-data");
  expect(await move("shop-data-new")).toBe(true);
});

test("a move that was made is over", async () => {
  standIn.answers["GET /containers/shop-postgresql/json"] = mounts("shop-data-new");
  expect(await move("shop-data-new")).toBe(false);
});
