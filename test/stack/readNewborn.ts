import type { Connection } from "@hosterizer/postgres/connection/connection";
import { dumpTable } from "../../packages/postgres/test/integration/dumpTable";
import { customer } from "../../packages/postgres/test/integration/rowLevelSecurity/asRole";
import { rowsOf } from "../../packages/postgres/test/integration/testDatabase";

/** The connections of the role that creates a child table, and of those that read it. */
interface Logins {
  superuser: Connection;
  application: Connection;
  backup: Connection;
}

/** What each role gets from a table that was just created. */
interface Newborn {
  /** What the application gets when it names the table: rows, or the code of the refusal. */
  direct: unknown;
  /** The child's rows that the application gets from its parent, as customer 1. */
  through: object[];
  /** How many of the child's rows are in a dump. */
  dumped: number;
}

/**
 * Lets the owner's automation create a child of the tenant table `sites`, with one row each of customers 1 and 2, and reads it
 * before any update. Leaves nothing behind.
 */
export async function readNewborn({ superuser, application, backup }: Logins): Promise<Newborn> {
  await rowsOf(
    superuser,
    `set role hosterizer_owner;
     create function public.automation() returns void language plpgsql security definer
       set search_path = pg_catalog, pg_temp as $$
     begin
       create table public.old_sites () inherits (public.sites);
     end $$;
     select public.automation();
     reset role;
     insert into public.old_sites (id, customer_id, name, domain, cloud_provider, region)
       overriding system value
       select -n, n, 'old', 'old' || n || '.example.com', 'aws', 'eu-west-1' from generate_series(1, 2) as n`,
  );
  try {
    const direct = await rowsOf(application, "select id from public.old_sites", customer(1)).catch(
      (error: unknown) => (error as { code?: string }).code,
    );
    const old = "select customer_id from public.sites where id < 0";
    const through = await rowsOf(application, old, customer(1));
    const dump = await dumpTable(backup, "public.old_sites");
    return { direct, through, dumped: dump.match(/old\d\.example/g)?.length ?? 0 };
  } finally {
    await rowsOf(superuser, "drop table public.old_sites; drop function public.automation()");
  }
}

/** What a table shows that is closed from the start. */
export const bornClosed: Newborn = {
  direct: "42501",
  through: [{ customer_id: "1" }],
  dumped: 2,
};
