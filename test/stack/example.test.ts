import { readFile } from "node:fs/promises";

import { execa } from "execa";
import { afterAll, beforeAll, expect, test } from "vitest";

import { twoCustomers } from "../../packages/postgres/test/integration/rowLevelSecurity/twoCustomers";
import { freePort } from "../../packages/postgres/test/integration/freePort";
import { makeProject } from "./makeProject";
import type { Project } from "./project";

let project: Project;
let application: ReturnType<typeof start>;
let address: string;
const folder = "examples/sites";

beforeAll(async () => {
  project = await makeProject({ proof: true });
  const page = await readFile(`${folder}/README.md`, "utf8");
  const [, lines = ""] = /```\n(.*?)```/s.exec(page) ?? [];
  const port = await freePort();
  address = `http://127.0.0.1:${port}`;
  application = start(lines, port);
  let output = "";
  await new Promise<void>((resolve, reject) => {
    application.all.on("data", (chunk: Buffer) => {
      output += chunk.toString();
      if (output.includes("Listening on")) resolve();
    });
    application.all.once("end", () => {
      reject(new Error(output));
    });
  });
  await project.query(twoCustomers);
});

/** Runs the lines of a page, as a reader would type them. */
function start(lines: string, port: number) {
  return execa("bash", ["-euc", lines], {
    cwd: project.directory,
    env: { PORT: String(port) },
    all: true,
    reject: false,
    detached: true,
  });
}

afterAll(async () => {
  if (application.pid !== undefined) process.kill(-application.pid, "SIGTERM");
  await application;
  await project.remove();
});

async function ask(path: string, customer?: string, body?: unknown) {
  const response = await fetch(`${address}${path}`, {
    headers: customer === undefined ? {} : { "x-customer-id": customer },
    ...(body === undefined
      ? {}
      : { method: "POST", body: typeof body === "string" ? body : JSON.stringify(body) }),
  });
  return { status: response.status, body: await response.json() };
}

test("the README's commands start the example, and a customer sees its own sites", async () => {
  expect(await ask("/sites", "1")).toMatchObject({
    status: 200,
    body: [{ domain: "site1.example.com" }],
  });
  expect(await ask("/sites", "2")).toMatchObject({ body: [{ domain: "site2.example.com" }] });
  expect(await ask("/costs", "2")).toMatchObject({
    body: [{ month: "2026-01-01", currency: "EUR" }],
  });
});

test("a site that a customer adds is invisible to other customers", async () => {
  const site = { name: "Shop", domain: "shop.example.com", region: "eu-west-1" };
  expect(await ask("/sites", "1", site)).toMatchObject({ status: 201, body: { name: "Shop" } });
  expect(await ask("/sites", "1")).toMatchObject({
    body: [{ domain: "shop.example.com" }, { domain: "site1.example.com" }],
  });
  expect((await ask("/sites", "2")).body).toHaveLength(1);
});

test("a request without a customer or with invalid values fails with a short error", async () => {
  expect((await ask("/sites")).status).toBe(401);
  expect((await ask("/sites", "1 or true")).status).toBe(401);
  expect((await ask("/sites", "1", "{")).status).toBe(400);
  const nowhere = { name: "x", domain: "x.example.com", region: "eu-west-1", provider: "nowhere" };
  const { status, body } = await ask("/sites", "1", nowhere);
  expect({ status, body }).toMatchObject({
    status: 422,
    body: { constraint: "sites_cloud_provider_check" },
  });
  expect((await ask("/nowhere", "1")).status).toBe(404);
  // The server is still running.
  expect((await ask("/sites", "1")).status).toBe(200);
});

test("the example creates no file that git would track", async () => {
  const { output } = await project.shell("git init -q && git add --all && git status --porcelain");
  expect(output.split("\n").filter((line) => line.includes("examples/"))).toEqual(
    ["README.md", "package.json", "server.mjs"].map((file) => `A  ${folder}/${file}`),
  );
});
