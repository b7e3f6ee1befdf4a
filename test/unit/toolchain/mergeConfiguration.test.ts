import { expect, test } from "vitest";

import { mergeConfiguration } from "../../../toolchain/stack/mergeConfiguration";

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

test("takes the team's values, and the salt and the secrets of this clone", () => {
  expect(mergeConfiguration(tracked, kept)).toBe(`# Where the team's values are.
config:
  p:port: 5433
  p:password:
    secure: v1:abc
encryptionsalt: v1:salt
`);
});

test("is what the team wrote as long as this clone has nothing to add", () => {
  expect(mergeConfiguration(tracked, undefined)).toBe(tracked);
});

test("merging again changes nothing", () => {
  const once = mergeConfiguration(tracked, kept);

  expect(mergeConfiguration(tracked, once)).toBe(once);
});

test("a value that the team has set beats a secret of this clone", () => {
  const team = `${tracked}  p:password: public\n`;

  expect(mergeConfiguration(team, kept)).toContain("p:password: public");
});

test.each(["encryptionsalt: v1:team", "secretsprovider: awskms://alias/team", "encryptedkey: abc"])(
  "stays out of a file in which the team has chosen %s",
  (line) => {
    const team = `${tracked}${line}\n`;

    expect(mergeConfiguration(team, kept)).toBe(team);
  },
);

test.each(["", "config: {}\n", "# nothing\n"])("adds secrets to a file that is %j", (empty) => {
  const merged = mergeConfiguration(empty, kept);

  expect(merged).toContain("secure: v1:abc");
  expect(merged).toContain("encryptionsalt: v1:salt");
});
