import type { DriftCase } from "../driftCase";

const folder = "migrations";

/** Differences between the migrations folder and the ledger in the database. */
export const migrations: readonly DriftCase[] = [
  {
    kind: "migration edited",
    what: "the SQL of an applied migration is edited",
    break: [
      {
        file: `${folder}/000003_create_sites_table.up.sql`,
        from: "char_length(region) between 1 and 100",
        to: "char_length(region) between 1 and 120",
      },
    ],
    says: "migration 000003_create_sites_table: found the up file edited, expected the up file as it was applied",
    up: "refuses",
    note: "Restore the file, and put the change into a new migration.",
  },
  {
    kind: "migration edited in comments",
    what: "comments or white space of an applied migration are edited",
    break: [
      {
        file: `${folder}/000004_create_deployments_table.up.sql`,
        from: "-- The history outlives a careless delete",
        to: "-- History outlives a careless delete",
      },
    ],
    says: "migration 000004_create_deployments_table: found the up file with other comments or white space, expected the up file as it was applied",
    up: "refuses",
    note: "Restore the file, or record its current form with `npm run db -- accept-drift`.",
  },
  {
    kind: "down migration edited",
    what: "the down file of an applied migration is edited",
    break: [
      {
        file: `${folder}/000005_create_policies_table.down.sql`,
        from: "drop table public.policies;",
        to: "drop table public.policies cascade;",
      },
    ],
    says: "migration 000005_create_policies_table: found the down file edited, expected the down file as it was applied",
    up: "refuses",
    note: "A rollback runs the file as it is. If the migration is applied after that, it is recorded again.",
  },
  {
    kind: "migration deleted",
    what: "one half of an applied migration is deleted",
    break: [
      { file: `${folder}/000006_create_ecommerce_integrations_table.down.sql`, removed: true },
    ],
    says: "migration 000006_create_ecommerce_integrations_table is missing, expected its files, because it is applied",
    up: "refuses",
  },
  {
    kind: "migration renamed",
    what: "an applied migration is renamed",
    break: [
      {
        file: `${folder}/000007_create_cost_records_table.up.sql`,
        movedTo: `${folder}/000007_create_costs_table.up.sql`,
      },
      {
        file: `${folder}/000007_create_cost_records_table.down.sql`,
        movedTo: `${folder}/000007_create_costs_table.down.sql`,
      },
    ],
    says: "migration 000007_create_cost_records_table: found the name 000007_create_costs_table, expected the name that was applied",
    up: "refuses",
    note: "It is recognized by its text.",
  },
  {
    kind: "migration deleted",
    what: "an applied migration between others is deleted",
    break: [
      { file: `${folder}/000008_keep_updated_at.up.sql`, removed: true },
      { file: `${folder}/000008_keep_updated_at.down.sql`, removed: true },
    ],
    says: "migration 000008_keep_updated_at is missing, expected its files, because it is applied",
    up: "refuses",
  },
  {
    kind: "migration overtaken",
    what: "a migration is added with a number that the database has passed",
    break: [
      { file: `${folder}/000009_index_tiers.up.sql`, text: "select 1;\n" },
      { file: `${folder}/000009_index_tiers.down.sql`, text: "select 1;\n" },
    ],
    says: "migration 000009_index_tiers: found a later one applied, and not this one, expected a number after those that are applied",
    up: "refuses",
    note: "Two branches took the same number, and one was applied first.",
  },
  {
    kind: "ledger table",
    what: "a view takes the place of the ledger, and could run a function when it is read",
    break: `alter table hosterizer.schema_migrations rename to schema_migrations_kept;
      create view hosterizer.schema_migrations as select * from hosterizer.schema_migrations_kept;
      alter view hosterizer.schema_migrations owner to hosterizer_owner`,
    says: "table hosterizer.schema_migrations: found a view, expected the table now called hosterizer.schema_migrations_kept",
    up: "repairs",
    note: "The table gets its name back. If it is gone, `up` refuses.",
    round: 2,
  },
];
