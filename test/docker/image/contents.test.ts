import { afterAll, beforeAll, expect, test } from "vitest";

import { builtImage, type ImageTarget } from "../builtImage";
import { engine } from "../engine";
import type { TestContainer } from "../testContainer";
import { TestStack } from "../testStack";

const stack = new TestStack();
const opened = new Map<ImageTarget, TestContainer>();
const targets: ImageTarget[] = ["postgresql", "pgbouncer"];

/** Opens the image with a writable root, as during its build. */
async function open(target: ImageTarget): Promise<void> {
  const container = await engine.createContainer({
    Image: await builtImage(target),
    User: "0:0",
    Entrypoint: ["sleep", "600"],
    Cmd: [],
  });
  opened.set(target, stack.adopt(container));
  await container.start();
}

function image(target: ImageTarget): TestContainer {
  const container = opened.get(target);
  if (container === undefined) throw new Error(`${target} is not open`);
  return container;
}

beforeAll(async () => {
  await Promise.all(targets.map(open));
});
afterAll(() => stack.remove());

test("has PostgreSQL 15 with the fixes of 15.20", async () => {
  const version = await image("postgresql").succeed("postgres", "--version");
  const [, minor] = /^postgres \(PostgreSQL\) 15\.(\d+)/.exec(version) ?? [];
  expect(Number(minor)).toBeGreaterThanOrEqual(20);
});

test("has PgBouncer 1.24 of Debian 13, which the server's image lacks", async () => {
  const version = await image("pgbouncer").succeed("pgbouncer", "--version");
  expect(version).toMatch(/^PgBouncer 1\.24\./);
  const { exitCode } = await image("postgresql").run(["sh", "-c", "command -v pgbouncer"]);
  expect(exitCode).not.toBe(0);
  expect((await image("pgbouncer").run(["sh", "-c", "command -v postgres"])).exitCode).not.toBe(0);
});

test.each(targets)("%s contains no private key, no package list and no cluster", async (target) => {
  const found = await image(target).succeed(
    "sh",
    "-c",
    "grep -rIlE --exclude-dir=proc --exclude-dir=sys -e '-----BEGIN [A-Z ]*PRIVATE KEY-----' /etc /var /home /root /opt /usr/local /srv; " +
      "find / -xdev -name '*.key' -o -xdev -name PG_VERSION -o -xdev -path '/var/lib/apt/lists/*' -o -xdev -name '*.deb'",
  );
  expect(found).toBe("");
});

test.each(targets)("%s has no secret in its history or environment", async (target) => {
  const { Config } = await engine.getImage(await builtImage(target)).inspect();
  const history = JSON.stringify(await engine.getImage(await builtImage(target)).history());
  expect(history).toContain("install-packages");
  for (const text of [history, JSON.stringify(Config)])
    expect(text).not.toMatch(/passw|secret|SCRAM|PRIVATE/i);
});

test.each(targets)(
  "%s runs as its own user with a fixed id, and stops on SIGINT",
  async (target) => {
    const { Config } = await engine.getImage(await builtImage(target)).inspect();
    const user = { postgresql: "5432:5432", pgbouncer: "6432:6432" }[target];
    expect(Config).toMatchObject({ User: user, StopSignal: "SIGINT" });
    const [uid] = user.split(":");
    const name = { postgresql: "postgres", pgbouncer: "pgbouncer" }[target];
    expect(await image(target).succeed("id", "-u", name)).toBe(uid);
  },
);

test("is not built with an older version than required", async () => {
  const { exitCode, output } = await image("postgresql").run([
    "install-packages",
    "postgresql-15=15.999",
    "tini",
  ]);
  expect(exitCode).toBe(1);
  expect(output).toMatch(/image\/: postgresql-15 is 15\.\S+, and must be 15\.999 or later\./);
});

test("is not built from package sources without the security archive", async () => {
  const container = image("pgbouncer");
  const sources = "/etc/apt/sources.list.d/debian.sources";
  // Each paragraph is a record.
  const cut = `awk -v RS= -v ORS='\n\n' '!/-security/' ${sources} >/tmp/kept && cp /tmp/kept ${sources}`;
  await container.succeed("sh", "-c", cut);
  const { exitCode, output } = await container.run(["install-packages", "tini"]);
  expect(exitCode).toBe(1);
  expect(output).toContain("image/: the base image has no package source for security updates.");
});
