import type { ServerResponse } from "node:http";

import { afterEach, beforeEach, expect, test, vi } from "vitest";

import { programOf, type StandInEngine, startStandInEngine } from "./standInEngine";

const settings = {
  dockerName: "shop",
  backup: { repositories: [{ type: "volume", number: 1, path: "/", key: 1 }] },
};
const running = { Running: true, Paused: false, Restarting: false, StartedAt: "2026-11-30" };
const request = "GET /containers/shop-backup/json";

let standIn: StandInEngine;
beforeEach(async () => {
  standIn = await startStandInEngine();
  vi.doMock("../../../src/stack/readInstanceSettings", () => ({
    readDockerSettings: () => ({ settings }),
  }));
});
afterEach(() => {
  vi.doUnmock("../../../src/stack/readInstanceSettings");
  return standIn.close();
});

const warnings = async () => {
  const { readKnownBackups } = await import("../../../src/dockerStack/backupWarnings");
  return (await readKnownBackups("dev", {}))?.warnings;
};

test.each([
  { what: "is paused", state: { Paused: true }, remedy: "docker unpause shop-backup" },
  { what: "ends again and again", state: { Restarting: true }, remedy: "docker logs shop-backup" },
  { what: "does not run", state: { Running: false }, remedy: "npm run up -- --stack dev" },
])("a container for backups that $what is told, with what helps", async (container) => {
  standIn.answers[request] = { State: { ...running, ...container.state } };

  expect(await warnings()).toEqual([
    `The container shop-backup, which takes the backups, ${container.what}: nothing is backed up.`,
  ]);
  const { backupContainer } = await import("../../../src/db/backup/backupContainer");
  const { dockerNames } = await import("../../../src/dockerStack/dockerObjects");
  const names = dockerNames({ dockerName: "shop", dataVolume: "shop-data" });
  const backups = { stack: "dev", names, repositories: [1], places: new Map<number, string>() };
  const found = backupContainer({ ...backups, remote: new Set(), warning: undefined });
  await expect(found).rejects.toThrow(
    `shop-backup, which takes the backups of stack dev, ${container.what}.`,
  );
  await expect(found).rejects.toThrow(container.remedy);
});

test("what the engine refuses is told, and hides no other warning of a command", async () => {
  standIn.answers[request] = (response: ServerResponse) => {
    response.writeHead(500, { "content-type": "application/json" });
    response.end('{"message": "the disk\\nis full"}');
  };
  expect(await warnings()).toEqual([
    expect.stringMatching(/^The backups of stack dev could not be looked at: .*the disk is full/),
  ]);
});

test("a report that was cut off is told with its path", async () => {
  standIn.answers[request] = { State: running, RestartCount: 0 };
  Object.assign(standIn.answers, programOf("shop-backup", '{"time":"2026-'));
  expect(await warnings()).toEqual([
    "The backups of stack dev could not be looked at: the report /run/hosterizer/backups.json is damaged",
  ]);
});
