import { expect, test } from "vitest";

import { harmlessMemberships, type SourceRole } from "../../../src/backup/drill/sourceRoles";

const role = (name: string, ...memberOf: string[]): SourceRole => ({
  ...{ name, inherit: true, bypassrls: false, memberOf },
});

test("no role of a throwaway server is a superuser, or reaches its machine, because one of the source does", () => {
  const roles = [
    role("app_owner", "postgres", "pg_execute_server_program", "pg_read_server_files"),
    role("app_migrator", "app_owner", "pg_write_server_files", "pg_signal_backend"),
    role("app_backup", "pg_read_all_data", "rds_superuser"),
  ];
  expect(harmlessMemberships(roles)).toEqual([
    { group: "app_owner", member: "app_migrator" },
    { group: "pg_read_all_data", member: "app_backup" },
  ]);
});
