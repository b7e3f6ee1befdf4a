import { createServer, type Server } from "node:net";

import { afterAll, beforeAll, describe, expect, inject, test } from "vitest";

import { readChecksums } from "../../stack/readChecksums";
import { tenantRows } from "../../stack/tenantRows";
import type { DockerProject, Program } from "./dockerProject";
import { makeDockerProject } from "./makeDockerProject";

const settings = "Pulumi.dev.yaml";

let project: DockerProject;
let data: Record<string, string>;

beforeAll(async () => {
  project = await makeDockerProject(inject("dockerTemplate"));
  await project.up();
  await project.query(tenantRows);
  data = await readChecksums(project);
});
afterAll(() => project.remove());

async function declare(setting: string): Promise<void> {
  const declared = await project.read(settings);
  await project.write(settings, `${declared}  hosterizer-database:${setting}\n`);
}

/** The containers, each with its process. Both stay the same unless it is restarted or replaced. */
const processes = () =>
  Promise.all(
    (["postgresql", "pgbouncer"] as const satisfies readonly Program[]).map(async (program) => {
      const { Id, State } = await project.container(program).inspect();
      return [Id, State.Pid];
    }),
  );

test("a change of memory replaces only the server, and keeps the data", async () => {
  const [server, pooler] = await processes();
  await declare("memory: 768");

  await project.up();

  const [serverAfter, poolerAfter] = await processes();
  expect(serverAfter?.[0]).not.toBe(server?.[0]);
  expect(poolerAfter).toEqual(pooler);
  expect(await readChecksums(project)).toEqual(data);
});

test("a setting that needs a restart keeps the container", async () => {
  const [server, pooler] = await processes();
  await declare("serverSettings: { max_connections: 120 }");

  await project.up();

  const [serverAfter, poolerAfter] = await processes();
  expect(serverAfter?.[0]).toBe(server?.[0]);
  expect(serverAfter?.[1]).not.toBe(server?.[1]);
  expect(poolerAfter).toEqual(pooler);
  expect(await project.query("show max_connections")).toEqual([{ max_connections: "120" }]);
});

describe("a declaration that cannot be started", () => {
  let before: Awaited<ReturnType<typeof processes>>;

  beforeAll(async () => {
    before = await processes();
  });

  test.each([
    {
      what: "an address of another machine",
      file: settings,
      change: (text: string) => `${text}  hosterizer-database:publishAddress: 192.0.2.1\n`,
      says: /192\.0\.2\.1/,
    },
    {
      what: "an image that cannot start",
      file: "image/Dockerfile",
      change: (text: string) => `${text}USER nosuch\n`,
      says: /nosuch/,
    },
    {
      what: "a setting with which the server cannot start",
      file: settings,
      change: (text: string) => text.replace(" 120 }", " 120, huge_pages: 'on' }"),
      says: /could not map anonymous shared memory/,
    },
  ])(
    "up with $what replaces nothing, and the server keeps running",
    async ({ file, change, says }) => {
      const text = await project.read(file);
      await project.write(file, change(text));

      const { code, output } = await project.run("up", "--skip-preview");
      await project.write(file, text);

      expect(code).toBe(1);
      expect(output).toContain("could not be started as declared");
      expect(output).toMatch(says);
      expect(await processes()).toEqual(before);
      expect(await readChecksums(project)).toEqual(data);
    },
  );

  test("is forgotten by the next up once it is withdrawn", async () => {
    await project.up();

    expect(await processes()).toEqual(before);
  });
});

test("the next up starts a container that failed to replace the old one", async () => {
  await project.edit(settings, "memory: 768", "memory: 640");
  const thief = stealPort(project.port);

  const { code, output } = await project.run("up", "--skip-preview");
  await thief.end();

  expect(code).toBe(1);
  expect(output).toMatch(/address already in use|port is already allocated/);
  await project.up();
  expect(await readChecksums(project)).toEqual(data);
  expect(await project.run("drift")).toMatchObject({ code: 0 });
});

/** Takes a port of this machine as soon as it is free. */
function stealPort(port: number): { end: () => Promise<void> } {
  let server: Server | undefined;
  let isOver = false;
  const attempt = () => {
    if (isOver) return;
    const candidate = createServer();
    candidate.once("error", () => setTimeout(attempt, 2));
    candidate.listen(port, "127.0.0.1", () => {
      server = candidate;
    });
  };
  attempt();
  return {
    end: async () => {
      isOver = true;
      await new Promise<void>((resolve) => {
        if (server === undefined) resolve();
        else
          server.close(() => {
            resolve();
          });
      });
    },
  };
}
