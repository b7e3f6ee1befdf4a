import { afterAll, beforeAll, expect, test } from "vitest";

import { builtImage } from "../builtImage";
import { TestStack } from "../testStack";
import { serverFiles } from "./serverFiles";
import { ask, testServer } from "./testServer";

const stack = new TestStack();
let files: Awaited<ReturnType<typeof serverFiles>>;
beforeAll(async () => {
  files = await serverFiles();
});
afterAll(() => stack.remove());

/** Starts a container that must exit by itself, and returns its log. */
async function refusal(data: string, changed: Record<string, string>, without: string[] = []) {
  const kept = Object.entries({ ...files, ...changed }).filter(([name]) => !without.includes(name));
  const server = await testServer(stack, data, Object.fromEntries(kept));
  await server.start();
  expect(await server.ended()).toBe(1);
  return server.logs();
}

test.each([
  ["a password", "correct horse"],
  ["an MD5 hash", "md5d41d8cd98f00b204e9800998ecf8427e"],
  ["a verifier followed by SQL", "VERIFIER'; create role intruder superuser login; --"],
  ["a second line", "VERIFIER\ncreate role intruder superuser login"],
  ["nothing", ""],
])("refuses %s in place of a verifier, and does not repeat it", async (_, form) => {
  const content = form.replace("VERIFIER", files["superuser.scram"]);
  const said = await refusal(await stack.volume(), { "superuser.scram": content });
  expect(said).toContain("/etc/hosterizer/superuser.scram: is not a SCRAM-SHA-256 verifier.");
  if (form !== "") expect(said).not.toContain(content);
  expect(said).not.toContain(files["superuser.scram"]);
});

test("names every missing file, and creates no cluster", async () => {
  const data = await stack.volume();
  const said = await refusal(data, {}, ["server.key", "pg_hba.conf"]);
  expect(said).toContain("/etc/hosterizer/pg_hba.conf /etc/hosterizer/server.key.");
  expect(said).not.toContain("initdb");
});

test("refuses a cluster of another major version and a folder that is not a cluster, and changes neither", async () => {
  const data = await stack.volume();
  const server = await testServer(stack, data, files);
  await server.start();
  await server.until("healthy");
  await ask(server, "create table kept as select 42 as answer");
  await server.stop();

  await server.put("/var/lib/postgresql/data", { PG_VERSION: "16\n" });
  expect(await refusal(data, {})).toContain(
    "/var/lib/postgresql/data: is a cluster of PostgreSQL 16, and this image has PostgreSQL 15.",
  );
  await server.put("/var/lib/postgresql/data", { PG_VERSION: "15\n" });
  await server.start();
  await server.until("healthy");
  expect(await ask(server, "select answer from kept")).toBe("42");

  await server.succeed("mv", "/var/lib/postgresql/data/PG_VERSION", "/var/lib/postgresql/away");
  await server.kill();
  expect(await refusal(data, {})).toContain(
    "/var/lib/postgresql/data: has files, but is no cluster: PG_VERSION is not there.",
  );
});

test("refuses a volume that a server in another container uses", async () => {
  const data = await stack.volume();
  const first = await testServer(stack, data, files);
  await first.start();
  await first.until("healthy");
  expect(await refusal(data, {})).toContain(
    "/var/lib/postgresql: a server in another container uses this volume.",
  );
  expect(await ask(first, "select 1")).toBe("1");
});

test("refuses a volume that it cannot write to", async () => {
  const data = await stack.volume();
  // A volume takes its owner from the first folder that it is mounted at.
  await stack.container({
    image: await builtImage("postgresql"),
    volumes: { "/etc/postgresql-common": data },
  });
  expect(await refusal(data, {})).toContain("/var/lib/postgresql: user 5432 may not write there.");
});
