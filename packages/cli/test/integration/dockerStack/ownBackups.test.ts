import { afterEach, beforeEach, expect, test, vi } from "vitest";

import { type StandInEngine, startStandInEngine } from "./standInEngine";

const settings = {
  ...{ dockerName: "shop", dataVolume: "shop-data" },
  backup: { repositories: [{ type: "volume", number: 1, path: "/", key: 1 }] },
};
const known = { type: "docker:index/volume:Volume", inputs: { name: "shop-backup" } };
const data = { "GET /volumes/shop-data": { Name: "shop-data" } };
const repository = { "GET /volumes/shop-backup": { Name: "shop-backup" } };

let standIn: StandInEngine;
let resources: object[];
let told: string[];
beforeEach(async () => {
  standIn = await startStandInEngine();
  [resources, told] = [[], []];
  vi.doMock("../../../src/stack/readInstanceSettings", () => ({
    readDockerSettings: () => ({ settings }),
  }));
  vi.doMock("../../../src/stack/state", () => ({ readResources: () => resources }));
  vi.doMock("../../../src/terminal", () => ({ say: (line: string) => told.push(line) }));
});
afterEach(() => {
  for (const module of ["stack/readInstanceSettings", "stack/state", "terminal"])
    vi.doUnmock(`../../../src/${module}`);
  return standIn.close();
});

test.each([
  { what: "one that was removed by hand", volumes: data, state: [known], tells: true },
  { what: "one that is there", volumes: { ...data, ...repository }, state: [known], tells: false },
  { what: "one that is made for the first time", volumes: data, state: [], tells: false },
])("before an update, of $what the loss is told: $tells", async ({ volumes, state, tells }) => {
  Object.assign(standIn.answers, volumes);
  resources = state;
  const { requireOwnBackups } = await import("../../../src/healing/ownBackups");

  expect(await requireOwnBackups("dev", {}, undefined)).toEqual({});
  const line =
    "The volume shop-backup had this server's backups and is gone: no moment before now can be recovered from it.";
  expect(told).toEqual(tells ? [line] : []);
});
