import { expect, test } from "vitest";

import { orphansOf } from "../../../src/stack/processes";

const project = "/home/ann/my database";
const bin = `${project}/.hosterizer/toolchain/bin`;
const init = { pid: 1, parent: 0, command: "/sbin/init", directory: "/" };
const shell = { pid: 10, parent: 1, command: "bash pulumi.sh", directory: project };
const pulumi = {
  pid: 20,
  parent: 10,
  command: `${bin}/pulumi up --stack local`,
  directory: project,
};

test.each([
  `/bin/sh ${bin}/pulumi-resource-pulumi-nodejs 127.0.0.1:4000`,
  `node ${project}/node_modules/@pulumi/pulumi/cmd/dynamic-provider 127.0.0.1:4000`,
  "/home/ann/.pulumi/plugins/resource-postgresql-v3.18.1/pulumi-resource-postgresql 127.0.0.1:4000",
  "node ./node_modules/@pulumi/pulumi/cmd/run --engine=127.0.0.1:4000 .",
])("%s is an orphan once its Pulumi is gone, and not before", (command) => {
  const plugin = { pid: 30, parent: 20, command, directory: project };
  const takenOver = { ...plugin, parent: 1 };

  expect(orphansOf(project, [init, shell, pulumi, plugin])).toEqual([]);
  expect(orphansOf(project, [init, shell, takenOver])).toEqual([takenOver]);
  expect(orphansOf(project, [takenOver])).toEqual([takenOver]);
});

test("the program of an orphaned language host is an orphan too", () => {
  const host = {
    pid: 30,
    parent: 1,
    command: `${bin}/pulumi-language-nodejs 127.0.0.1:4000`,
    directory: project,
  };
  const program = {
    pid: 40,
    parent: 30,
    command: "node @pulumi/pulumi/cmd/run 127.0.0.1:4000",
    directory: project,
  };

  expect(orphansOf(project, [init, host, program])).toEqual([host, program]);
  expect(orphansOf(project, [init, shell, pulumi, { ...host, parent: 20 }, program])).toEqual([]);
});

test("a plugin started from a script whose name begins with pulumi is still an orphan", () => {
  const plugin = {
    pid: 30,
    parent: 10,
    command: "pulumi-resource-x 127.0.0.1:4000",
    directory: project,
  };

  expect(orphansOf(project, [init, shell, plugin])).toEqual([plugin]);
});

test.each([
  { command: "pulumi-resource-postgresql 127.0.0.1:4000", directory: "/home/ann/other" },
  { command: "pulumi-resource-postgresql 127.0.0.1:4000", directory: `${project}-2` },
  { command: `sh ${project}-2/pulumi-resource-postgresql 127.0.0.1:4000`, directory: "/" },
  { command: "pulumi-resource-postgresql --help", directory: project },
  { command: "psql -h 127.0.0.1:4000", directory: project },
  { command: "vim pulumi.ts", directory: project },
])("$command in $directory is not an orphan of this project", (other) => {
  expect(orphansOf(project, [init, { pid: 30, parent: 1, ...other }])).toEqual([]);
});

test("an orphan is recognized by its path if the system does not report its folder", () => {
  const command = `sh ${project}/.hosterizer/pulumi-home/plugins/resource-x/y 127.0.0.1:1`;
  const orphan = { pid: 30, parent: 1, command };

  expect(orphansOf(project, [orphan])).toEqual([orphan]);
});
