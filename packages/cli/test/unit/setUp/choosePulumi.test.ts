import { expect, test } from "vitest";

import { choosePulumi, type Machine } from "../../../src/setUp/choosePulumi";

const machine = (known: Partial<Machine>): Machine => ({
  override: undefined,
  versionOnPath: undefined,
  offersRelease: () => Promise.resolve(false),
  faultOfGo: () => Promise.resolve("Go is not on the PATH."),
  ...known,
});
const online = { offersRelease: () => Promise.resolve(true) };
const withGo = { faultOfGo: () => Promise.resolve(undefined) };

test.each([
  { known: { versionOnPath: "v3.248.0", ...online, ...withGo }, source: "path" },
  { known: { versionOnPath: "v3.274.1", ...online, ...withGo }, source: "path" },
  { known: { versionOnPath: "v3.260.0-alpha.x1234" }, source: "path" },
  { known: { versionOnPath: "v3.247.9", ...online, ...withGo }, source: "download" },
  { known: { versionOnPath: "", ...online }, source: "download" },
  { known: { ...online, ...withGo }, source: "download" },
  { known: { ...withGo }, source: "go" },
  { known: { versionOnPath: "v2.0.0", ...withGo }, source: "go" },
  { known: { versionOnPath: "v3.274.1", override: "go", ...withGo }, source: "go" },
  { known: { versionOnPath: "v3.274.1", override: "download", ...online }, source: "download" },
])("takes Pulumi from $source if $known is available", async ({ known, source }) => {
  expect(await choosePulumi(machine(known), "3.248.0")).toMatchObject({ source });
});

test("names the version that is too old", async () => {
  const { passedOver } = await choosePulumi(
    machine({ versionOnPath: "v3.1.0", ...withGo }),
    "3.248.0",
  );

  expect(passedOver[0]).toBe("The pulumi on the PATH is too old: v3.1.0, and 3.248.0 is needed.");
});

test("makes no request if the PATH has a suitable Pulumi", async () => {
  const offersRelease = () => Promise.reject(new Error("asked"));

  const choice = choosePulumi(machine({ versionOnPath: "v3.300.0", offersRelease }), "3.248.0");

  await expect(choice).resolves.toMatchObject({ source: "path", passedOver: [] });
});

test("if all sources fail, says what is missing and what to install", async () => {
  await expect(choosePulumi(machine({}), "3.248.0")).rejects.toThrow(
    /Pulumi is not on the PATH\.\n- .*cannot be reached\.\n- Go is not on the PATH\.\nInstall Pulumi 3\.248\.0 or later/,
  );
});

test("does not fall back if the user has named the source", async () => {
  const known = machine({ override: "path", ...online, ...withGo });

  await expect(choosePulumi(known, "3.248.0")).rejects.toThrow("Pulumi is not on the PATH.");
});

test("refuses a source that does not exist", async () => {
  await expect(choosePulumi(machine({ override: "brew" }), "3.248.0")).rejects.toThrow(
    'HOSTERIZER_PULUMI: "brew" is not a source of Pulumi.\nSet it to one of path, download, go',
  );
});
