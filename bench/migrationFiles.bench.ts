import { cpus, loadavg, tmpdir } from "node:os";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";

import Table from "cli-table3";
import { test, vi } from "vitest";

import { row } from "./figures";

const rounds = 5;
const folders = {
  "one file of 13,000 INSERTs": ["create table public.things (id bigint);\n" + inserts(13_000)],
  "300 files of one table": Array.from({ length: 300 }, (_, n) => table(n + 1)),
};

function inserts(count: number): string {
  const one = (n: number) => `insert into public.things (id) values (${n});\n`;
  return Array.from({ length: count }, (_, n) => one(n)).join("");
}

function table(n: number): string {
  const columns = Array.from(
    { length: 12 },
    (_, column) => `    column_${column} text not null,\n`,
  );
  return `create table public.t${n} (\n${columns.join("")}    primary key (column_0)\n);\n`;
}

// Every command reads the folder first: here in milliseconds of CPU time, as the first command and as a later one.
test("reading the folder of migrations", async () => {
  const head = ["milliseconds of CPU", "minimum", "median", "maximum"];
  const figures = new Table({ head, style: { head: [] } });
  for (const [title, files] of Object.entries(folders)) {
    const { first, later } = await measure(files);
    figures.push(row(`${title}, first`, first, 0), row(`${title}, later`, later, 0));
  }
  console.log(`${cpus().length} processors, load ${loadavg()[0]?.toFixed(1) ?? "unknown"}`);
  console.log(figures.toString());
});

async function measure(files: readonly string[]) {
  const figures = { first: [] as number[], later: [] as number[] };
  for (let round = 1; round <= rounds; round++) {
    const project = await mkdtemp(join(tmpdir(), "migration-files-"));
    try {
      await mkdir(join(project, ".hosterizer"));
      await mkdir(join(project, "migrations"));
      for (const [index, sql] of files.entries()) {
        const path = join(project, "migrations", `${String(index + 1).padStart(6, "0")}_x`);
        await writeFile(`${path}.up.sql`, sql);
        await writeFile(`${path}.down.sql`, "select 1;\n");
      }
      figures.first.push(await read(project));
      figures.later.push(await read(project));
    } finally {
      await rm(project, { recursive: true });
    }
  }
  return figures;
}

async function read(project: string): Promise<number> {
  // Like another command, which shares only the disk with the last one.
  vi.resetModules();
  const { readMigrations } =
    await import("../packages/postgres/src/migrations/migrationsFolder.js");
  const before = process.cpuUsage();
  await readMigrations(join(project, "migrations"));
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000;
}
