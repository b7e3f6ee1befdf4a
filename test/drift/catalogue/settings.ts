import type { DriftCase } from "../driftCase";

const declarations = "database/settings.ts";

/** Settings that sessions begin with, and versions of extensions. */
export const settings: readonly DriftCase[] = [
  {
    kind: "database setting",
    what: "a setting is changed for every session in the database",
    break: "alter database hosterizer set work_mem = '1GB'",
    says: "setting work_mem of database hosterizer is not declared, found 1GB",
    up: "repairs",
  },
  {
    kind: "role setting",
    what: "a role's sessions begin with triggers and foreign keys switched off",
    break: "alter role app_user set session_replication_role = replica",
    says: "setting session_replication_role of role app_user is not declared, found replica",
    up: "repairs",
    note: "Only a superuser can reset such a parameter: if `up` deploys as another role, it leaves it.",
  },
  {
    kind: "role setting",
    what: "a role keeps its own later sessions from logging in",
    break:
      "set role app_user; alter role app_user set local_preload_libraries = 'absent'; reset role",
    says: "setting local_preload_libraries of role app_user is not declared, found absent",
    up: "repairs",
    note: "PostgreSQL lets every role change its own defaults.",
  },
  {
    kind: "role setting",
    what: "a role makes every query of its later sessions fail",
    break: "set role app_user; alter role app_user set row_security = off; reset role",
    says: "setting row_security of role app_user is not declared, found off",
    up: "repairs",
  },
  {
    kind: "role setting",
    what: "a role's later sessions find no table",
    break: "set role app_user; alter role app_user set search_path = nowhere; reset role",
    says: "setting search_path of role app_user is not declared, found nowhere",
    up: "repairs",
  },
  {
    kind: "setting missing",
    what: "a role has lifted the limits of its own sessions",
    break:
      "set role app_user; alter role app_user in database hosterizer reset idle_in_transaction_session_timeout; reset role",
    says: "setting idle_in_transaction_session_timeout of role app_user in database hosterizer is missing, expected 1min",
    up: "repairs",
  },
  {
    kind: "role setting in the database",
    what: "a role's sessions begin as an administrator's",
    break:
      "alter role app_readonly in database hosterizer set app.current_user_role = 'administrator'",
    says: "setting app.current_user_role of role app_readonly in database hosterizer is not declared, found administrator",
    up: "repairs",
  },
  {
    kind: "setting missing",
    what: "a declared setting is missing",
    break: [
      {
        file: declarations,
        from: "SettingDeclaration[] = [",
        to: `SettingDeclaration[] = [
  { name: "idle_in_transaction_session_timeout", value: "10min", purpose: "no forgotten locks" },`,
      },
    ],
    says: "setting idle_in_transaction_session_timeout of database hosterizer is missing, expected 10min",
    up: "repairs",
    round: 2,
  },
  {
    kind: "setting missing",
    what: "sessions of the deploy role resolve names without a schema to the owner's objects",
    break: "alter role postgres in database hosterizer reset search_path",
    says: "setting search_path of role postgres in database hosterizer is missing",
    up: "repairs",
  },
  {
    kind: "setting value",
    what: "a declared setting has another value",
    break: [{ file: declarations, from: '"10min"', to: '"15min"' }],
    says: "setting idle_in_transaction_session_timeout of database hosterizer: found 10min, expected 15min",
    up: "repairs",
  },
  {
    kind: "setting of all roles",
    what: "a setting is changed for every role on the server",
    break: "alter role all set work_mem = '8MB'",
    says: "setting work_mem of all roles is not declared, found 8MB",
    up: "leaves",
    undo: "alter role all reset work_mem",
    note: "Other stacks may share the server.",
  },
  {
    kind: "extension version",
    what: "an extension has another version than declared",
    break: `drop extension pg_stat_statements;
              create extension pg_stat_statements schema monitoring version '1.9'`,
    says: "extension pg_stat_statements: found version 1.9, expected version 1.10",
    up: "repairs",
    note: "If no script leads from one version to the other, `up` leaves it, with the reason.",
  },
  {
    kind: "extension version not available",
    what: "a version is declared that the server does not provide",
    break: [{ file: "database/extensions.ts", from: 'version: "1.3"', to: 'version: "9.9"' }],
    says: "extension pgcrypto: found version 1.3, expected version 9.9",
    up: "leaves",
  },
  {
    kind: "extension not declared",
    what: "an undeclared extension is installed",
    break: "create extension citext schema monitoring",
    says: "extension citext is not declared, found version 1.6",
    up: "leaves",
    undo: "drop extension citext",
    note: "It may hold data, and columns may be of its types.",
  },
];
