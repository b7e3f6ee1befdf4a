import { expect, test } from "vitest";

import {
  type ConnectionRule,
  connectionRuleDrift,
  connectionRuleFile,
  connectionRules,
  type LiveConnectionRule,
} from "../../../../src/server/container/connectionRules";

const rules = connectionRules({ database: "hosterizer", role: "app_pooler" });

/** As pg_hba_file_rules shows a line that is as declared. */
function found(rule: ConnectionRule, index: number): LiveConnectionRule {
  const { type, database, user, address = null, method } = rule;
  const options = method === "cert" ? ["clientcert=verify-full"] : [];
  const names = { database: [database], users: [user] };
  return {
    number: index + 1,
    type,
    ...names,
    address,
    netmask: null,
    method,
    options,
    error: null,
  };
}

function kinds(lines: readonly LiveConnectionRule[]): string[] {
  return connectionRuleDrift(lines, rules).map(({ kind, object }) => `${kind}: ${object}`);
}

const live = rules.map(found);

test("pg_hba.conf has the lines in their order, each below its reason", () => {
  expect(connectionRuleFile(rules)).toBe(
    `# Written by hosterizer-database; the first line that fits decides.
# the health check, and an operator who is inside the container already
local all "postgres" peer
# no replica and no base backup over the network
local replication all reject
# nobody else runs inside it
local all all reject
# no replica and no base backup over the network
hostnossl replication all all reject
# nothing in plain text
hostnossl all all all reject
# no replica and no base backup over the network
hostssl replication all all reject
# the pooler, by a certificate of the stack's authority made out to this role
hostssl "hosterizer" "app_pooler" all cert
# the pooler has no business elsewhere
hostssl all "app_pooler" all reject
# roles of the database, and the superuser who deploys, by password
hostssl all all all scram-sha-256
`,
  );
});

test("a server with just these has no drift", () => {
  expect(kinds(live)).toEqual([]);
});

test.each([
  {
    what: "a line is gone",
    lines: live.slice(0, -1),
    is: ["connection rule missing: rule hostssl all all all scram-sha-256"],
  },
  {
    what: "a line trusts",
    lines: [{ ...live[0], method: "trust" } as LiveConnectionRule, ...live],
    is: ["connection rule added: rule local all postgres trust"],
  },
  {
    what: "a line has become weaker",
    lines: live.map((line) =>
      line.method === "scram-sha-256" ? { ...line, method: "md5" } : line,
    ),
    is: [
      "connection rule missing: rule hostssl all all all scram-sha-256",
      "connection rule added: rule hostssl all all all md5",
    ],
  },
  {
    what: "a certificate stands for other names",
    lines: live.map((line) =>
      line.method === "cert" ? { ...line, options: [...line.options, "map=all"] } : line,
    ),
    is: [
      "connection rule missing: rule hostssl hosterizer app_pooler all cert",
      "connection rule added: rule hostssl hosterizer app_pooler all cert map=all",
    ],
  },
  {
    what: "the order is another",
    lines: live.toReversed(),
    is: ["connection rule order: rules of pg_hba.conf"],
  },
  {
    what: "the same line stands twice",
    lines: [...live, ...live.slice(-1)],
    is: ["connection rule order: rules of pg_hba.conf"],
  },
  {
    what: "the server cannot read a line",
    lines: [
      ...live,
      {
        ...found(rules[0] as ConnectionRule, 9),
        type: null,
        database: null,
        users: null,
        address: null,
        method: null,
        error: "end-of-line before authentication method",
      },
    ],
    is: [
      "connection rule added: rule that the server cannot read (end-of-line before authentication method)",
    ],
  },
])("$what", ({ lines, is }) => {
  expect(kinds(lines)).toEqual(is);
});
