import { rowsOf } from "../../../packages/postgres/test/integration/testDatabase";
import type { DockerProject } from "./dockerProject";

/**
 * Damages a page of each of two new tables in the database postgres: `flipped` has a wrong byte, and so a wrong checksum; `unchecked`
 * has the same with the checksum of the damaged page, as memory that fails would leave it.
 */
export async function damagePages(project: DockerProject): Promise<void> {
  const maintenance = await project.connection(undefined, "postgres");
  await rowsOf(maintenance, "create extension pageinspect");
  for (const table of ["flipped", "unchecked"]) {
    await rowsOf(
      maintenance,
      `create table public.${table} with (autovacuum_enabled = off)
           as select n, repeat('x', 100) as text from generate_series(1, 50) as n`,
    );
    await rowsOf(maintenance, `vacuum (freeze) public.${table}`);
    await rowsOf(maintenance, "checkpoint");
    const [row] = await rowsOf<{ path: string }>(
      maintenance,
      `select current_setting('data_directory') || '/' || pg_relation_filepath('public.${table}') as path`,
    );
    const path = row?.path ?? "";
    const inServer = (line: string) => project.container("postgresql").succeed("sh", "-c", line);
    const page = Buffer.from(await inServer(`head -c 8192 ${path} | base64 -w0`), "base64");
    // The first row's header says where its columns begin. https://www.postgresql.org/docs/15/storage-page-layout.html
    const tuple = page.readUInt32LE(24) & 0x7fff;
    page.writeUInt8(page.readUInt8(tuple + 22) ^ 0x80, tuple + 22);
    if (table === "unchecked") {
      const [sum] = await rowsOf<{ sum: number }>(
        maintenance,
        `select page_checksum(decode('${page.toString("hex")}', 'hex'), 0) as sum`,
      );
      page.writeInt16LE(sum?.sum ?? 0, 8);
    }
    const text = page.toString("base64");
    await inServer(`echo ${text} | base64 -d | dd of=${path} conv=notrunc status=none`);
  }
}
