import { expect, test } from "vitest";

import { compareConfigurations } from "../../../../src/db/promote/checkConfiguration";

const key = (name: string) => `hosterizer-database:${name}`;

test("where a server is may differ; what the database is may not", () => {
  const dev = { [key("instance")]: "docker", [key("memory")]: 512, [key("lockTimeout")]: 500 };
  const prod = { [key("instance")]: "external", [key("lockTimeout")]: 500 };
  expect(compareConfigurations(dev, prod)).toEqual([
    { key: key("instance"), from: "docker", to: "external", allowed: true },
    { key: key("memory"), from: 512, to: null, allowed: true },
  ]);
  const held = { ...prod, [key("migrationTarget")]: 9, "aws:region": "eu-west-1" };
  expect(compareConfigurations(prod, held)).toEqual([
    { key: "aws:region", from: null, to: "eu-west-1", allowed: false },
    { key: key("migrationTarget"), from: null, to: 9, allowed: false },
  ]);
});

test("names a secret without its value", () => {
  const repositories = (secretKey: string) => ({
    repositories: [{ type: "s3", secretKey: { secure: secretKey } }],
  });
  const one = {
    [key("deployPassword")]: { secure: "v1:one" },
    [key("backup")]: repositories("v1:one"),
  };
  const other = {
    [key("deployPassword")]: { secure: "v1:other" },
    [key("backup")]: repositories("v1:other"),
  };
  const told = JSON.stringify(compareConfigurations(one, other));
  expect(told).toContain("[secret]");
  expect(told).not.toContain("v1:");
});
