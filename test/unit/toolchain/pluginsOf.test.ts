import { expect, test } from "vitest";

import { enginePorts, pluginsOf } from "../../../toolchain/healing/endOrphans";

const project = "/home/ann/my database";
const bin = `${project}/.hosterizer/toolchain/bin`;

test.each([
  `/bin/sh ${bin}/pulumi-resource-pulumi-nodejs 127.0.0.1:4000`,
  `node ${project}/node_modules/@pulumi/pulumi/cmd/dynamic-provider 127.0.0.1:4000`,
  "/home/ann/.pulumi/plugins/resource-postgresql-v3.18.1/pulumi-resource-postgresql 127.0.0.1:4000",
  "node ./node_modules/@pulumi/pulumi/cmd/run --engine=127.0.0.1:4000 .",
])("%s works for the project in whose folder it runs", (command) => {
  const plugin = { pid: 4_000_001, command, directory: project };

  expect(pluginsOf(project, [plugin])).toEqual([plugin]);
});

test.each([
  { command: "pulumi-resource-postgresql 127.0.0.1:4000", directory: "/home/ann/other" },
  { command: "pulumi-resource-postgresql 127.0.0.1:4000", directory: `${project}-2` },
  { command: "psql -h 127.0.0.1:4000", directory: project },
  { command: "vim pulumi.ts", directory: project },
])("$command in $directory is none of the project's plugins", (other) => {
  expect(pluginsOf(project, [{ pid: 4_000_001, ...other }])).toEqual([]);
});

test("a plugin is known by its path where the system does not tell its folder", () => {
  const plugin = {
    pid: 4_000_001,
    command: "sh /a b/p/.hosterizer/pulumi-home/plugins/resource-x/y 127.0.0.1:1",
  };

  expect(pluginsOf("/a b/p", [plugin])).toEqual([plugin]);
});

test.each([
  ["a plugin", "pulumi-language-nodejs -typescript=false 127.0.0.1:4002"],
  ["the program", "node run --monitor 127.0.0.1:4001 --engine 127.0.0.1:4002"],
  [
    "the program, in the other spelling",
    "node run --monitor=127.0.0.1:4001 --engine=127.0.0.1:4002",
  ],
])("the port of the engine, and no other, is read from the arguments of %s", (_title, command) => {
  expect(enginePorts({ pid: 1, command })).toEqual([4002]);
});
