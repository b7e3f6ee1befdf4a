import { expect, test } from "vitest";
import { parseDocument } from "yaml";

import { asPulumiPassesIt, mergeConfiguration, renderYaml } from "../../../src/stack/configuration";

const tracked = `# Where the team's values are.
config:
  p:port: 5433
`;
const kept = `config:
  p:port: 1
  p:gone: 2
  p:password:
    secure: v1:abc
encryptionsalt: v1:salt
`;

test("merges the team's values with the salt and the secrets of this clone", () => {
  expect(mergeConfiguration(tracked, kept, "Pulumi.dev.yaml")).toBe(`# Where the team's values are.
config:
  p:port: 5433
  p:password:
    secure: v1:abc
encryptionsalt: v1:salt
`);
});

test("equals the team's file while this clone has nothing to add", () => {
  expect(mergeConfiguration(tracked, undefined, "Pulumi.dev.yaml")).toBe(tracked);
});

test("merging again changes nothing", () => {
  const once = mergeConfiguration(tracked, kept, "Pulumi.dev.yaml");

  expect(mergeConfiguration(tracked, once, "Pulumi.dev.yaml")).toBe(once);
});

test("a value in the team's file overrides a secret of this clone", () => {
  const team = `${tracked}  p:password: public\n`;

  expect(mergeConfiguration(team, kept, "Pulumi.dev.yaml")).toContain("p:password: public");
});

test.each(["encryptionsalt: v1:team", "secretsprovider: awskms://alias/team", "encryptedkey: abc"])(
  "does not change a file in which the team has chosen %s",
  (line) => {
    const team = `${tracked}${line}\n`;

    expect(mergeConfiguration(team, kept, "Pulumi.dev.yaml")).toBe(team);
  },
);

test.each(["", "config: {}\n", "# nothing\n"])("adds secrets to the file %j", (empty) => {
  const merged = mergeConfiguration(empty, kept, "Pulumi.dev.yaml");

  expect(merged).toContain("secure: v1:abc");
  expect(merged).toContain("encryptionsalt: v1:salt");
});

test.each([
  ["says a thing twice", `${tracked}  p:port: 5434\n`, "Map keys must be unique at line 4"],
  ["is no YAML", `${tracked}  - 1\n`, "at line 4, column 1"],
])("refuses a file that %s, and names the place", (_, text, place) => {
  const merge = () => mergeConfiguration(text, undefined, "Pulumi.dev.yaml");

  expect(merge).toThrow(/^Pulumi\.dev\.yaml cannot be read: /);
  expect(merge).toThrow(place);
  // No line of the file, which may hold a secret.
  expect(merge).not.toThrow("5433");
});

test("a change leaves all other lines as Prettier writes them", () => {
  const text = `config:
  # A list in a block.
  p:hosts:
    - a
  p:logins:
    app_user: [2, 3]
  p:settings: { max_connections: 120, names: ["[ x ]", b] }
  p:long: ${"word ".repeat(40)}end
`;
  const document = parseDocument(text);
  document.setIn(["config", "p:logins", "app_user"], document.createNode([3], { flow: true }));

  expect(renderYaml(document)).toBe(text.replace("[2, 3]", "[3]"));
});

test("a secret in a list stays with its item, wherever that is by now", () => {
  const item = (bucket: string) => `- { type: s3, bucket: ${bucket} }`;
  const own = (bucket: string, secret: string) =>
    `- { type: s3, bucket: ${bucket}, key: { secure: ${secret} } }`;
  const file = (...items: string[]) =>
    `config:\n  p:backup:\n    list:\n      ${items.join("\n      ")}\n`;
  const before = file("- { type: volume }", own("one", "v1:one"), own("two", "v1:two"));

  const merged = mergeConfiguration(file(item("two"), item("new")), before, "Pulumi.dev.yaml");

  expect(parseDocument(merged).toJS()).toEqual({
    config: {
      "p:backup": {
        list: [
          { type: "s3", bucket: "two", key: { secure: "v1:two" } },
          { type: "s3", bucket: "new" },
        ],
      },
    },
  });
});

test("a secret within an object is text, as Pulumi passes it", () => {
  const backup = { list: [{ key: { secure: "v1:abc" }, port: 1 }] };
  const { list } = JSON.parse(asPulumiPassesIt({ "p:backup": backup })["p:backup"] ?? "") as {
    list: unknown;
  };
  expect(list).toEqual([{ key: '{"secure":"v1:abc"}', port: 1 }]);
});
