import { beforeAll, expect, test } from "vitest";

import { ExternalInstance } from "../../../../components/instance/externalInstance";
import { deletedWithServer, holdsData } from "../../../../components/instance/instance";
import { Roles } from "../../../../components/roles";
import { owner, roles } from "../../../../database/roles";
import { withLogins } from "@hosterizer/postgres/access/logins";
import { type Recorded, record } from "../record";

let recorded: Map<string, Recorded>;
let instance: ExternalInstance;

beforeAll(async () => {
  recorded = await record(() => {
    instance = new ExternalInstance("server", {
      host: ["a.example", "b.example"],
      port: 5432,
      connectDatabase: "postgres",
      sslmode: "verify-full",
      sslcert: "a.pem",
      sslkey: "a.key",
      deployRole: "deploy",
    });
    new Roles("role", { instance, roles: withLogins(roles, {}), owner });
  });
});

test("leaves the host and the password to the environment, so that neither is in the state", () => {
  const { host, password, ...inputs } = recorded.get("postgresql server")?.inputs ?? {};
  expect({ host, password }).toEqual({ host: undefined, password: undefined });
  expect(inputs).toMatchObject({
    port: "5432",
    database: "postgres",
    username: "deploy",
    sslmode: "verify-full",
    superuser: "false",
    clientcert: '{"cert":"a.pem","key":"a.key"}',
  });
});

test("is reached by all its hosts, without a password", async () => {
  const connection = await new Promise((resolve) => {
    instance.connect("hosterizer").apply(resolve);
  });
  expect(connection).toEqual({
    host: "a.example,b.example",
    port: 5432,
    database: "hosterizer",
    user: "deploy",
    sslmode: "verify-full",
    sslcert: "a.pem",
    sslkey: "a.key",
    authentication: "any",
  });
});

test("the deploy role becomes a member only of the owner", () => {
  const memberships = [...recorded].filter(([name]) => name.startsWith("GrantRole "));
  expect(memberships.map(([, { inputs }]) => inputs)).toEqual([
    { role: "deploy", grantRole: owner },
  ]);
});

test("what holds data in an external server is protected, and deleted with nothing", () => {
  expect(holdsData(instance)).toEqual({ protect: true, retainOnDelete: true });
  expect(deletedWithServer(instance)).toEqual({});
  const server = instance.provider;
  expect(holdsData({ server })).toEqual({
    protect: false,
    retainOnDelete: true,
    deletedWith: server,
  });
});
