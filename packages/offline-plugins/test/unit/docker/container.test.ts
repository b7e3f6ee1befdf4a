import { expect, test } from "vitest";

import { containerFaults } from "../../../src/docker/container";
import { type PropertyMap, unknownValue } from "../../../src/protocol/propertyValue";

const upload = { file: "/etc/x.conf", content: "hush" };
const volume = { containerPath: "/etc", volumeName: "v" };

test.each<{ what: string; inputs: PropertyMap; property: string }>([
  {
    what: "a time without a unit",
    inputs: { healthcheck: { tests: [], interval: "30" } },
    property: "healthcheck.interval",
  },
  {
    what: "an upload without a content",
    inputs: { uploads: [{ file: "/etc/x.conf" }] },
    property: "uploads[0].content",
  },
  {
    what: "a mode that is none",
    inputs: { uploads: [{ ...upload, permissions: "644" }] },
    property: "uploads[0].permissions",
  },
  ...["etc/x.conf", "/etc/", "/", "/etc/../x", "/etc//x", "/etc/."].map((file) => ({
    what: `the path ${file}`,
    inputs: { uploads: [{ ...upload, file }] },
    property: "uploads[0].file",
  })),
  {
    what: "an empty upload",
    inputs: { uploads: [upload, { file: "/etc/y.conf", content: "" }] },
    property: "uploads[1].content",
  },
  {
    what: "an empty word of a command",
    inputs: { command: ["sleep", ""] },
    property: "command[1]",
  },
  {
    what: "two uploads of one file",
    inputs: { uploads: [upload, { ...upload, content: "other" }] },
    property: "uploads[1].file",
  },
  {
    what: "two volumes at one path",
    inputs: { volumes: [volume, { ...volume, volumeName: "w" }] },
    property: "volumes[1].containerPath",
  },
  {
    what: "less memory with swap than without",
    inputs: { memory: 512, memorySwap: 256 },
    property: "memorySwap",
  },
])("finds $what", ({ inputs, property }) => {
  const faults = containerFaults(inputs);
  expect(faults.map((fault) => fault.property)).toEqual([property]);
  expect(JSON.stringify(faults)).not.toContain("hush");
});

test.each<{ what: string; inputs: PropertyMap }>([
  { what: "an upload into the root file system", inputs: { uploads: [upload] } },
  // The engine refuses it, but only when the container is created.
  {
    what: "an upload into a read-only container",
    inputs: { readOnly: true, volumes: [volume], uploads: [upload] },
  },
  {
    what: "a hidden file",
    inputs: { uploads: [{ ...upload, file: "/etc/..data/.x", permissions: "0600" }] },
  },
  { what: "swap without a limit", inputs: { memory: 512, memorySwap: -1 } },
  {
    what: "what is not known yet",
    inputs: {
      uploads: [{ file: unknownValue, content: unknownValue }, upload],
      healthcheck: unknownValue,
      memory: unknownValue,
      memorySwap: 256,
    },
  },
])("passes $what", ({ inputs }) => {
  expect(containerFaults(inputs)).toEqual([]);
});
