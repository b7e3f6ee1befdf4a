import type { ServerSetting } from "../settings/serverSetting";

/**
 * What keeps passwords, their verifiers and customers' data out of the log and out of statistics.
 *
 * PostgreSQL logs a statement as it came, with what is in CREATE ROLE and ALTER ROLE, in five cases: each statement, a slow
 * one, one of a sample, a failed one, and while debugging. pgaudit does it without the password. For slow statements
 * there are pg_stat_statements, without values, and auto_explain, which never sees CREATE ROLE and ALTER ROLE.
 *
 * https://www.postgresql.org/docs/15/runtime-config-logging.html
 */
export const silentSettings: readonly ServerSetting[] = [
  {
    name: "log_statement",
    value: "none",
    reason: "it prints passwords of CREATE ROLE and ALTER ROLE; pgaudit leaves them out",
  },
  {
    name: "log_min_duration_statement",
    value: "-1",
    reason: "it prints an ALTER ROLE that had to wait; auto_explain.log_min_duration does not",
  },
  {
    name: "log_min_duration_sample",
    value: "-1",
    reason: "it prints an ALTER ROLE that had to wait",
  },
  {
    name: "log_transaction_sample_rate",
    value: "0",
    reason: "it prints all statements of some transactions",
  },
  {
    name: "log_min_error_statement",
    value: "panic",
    reason: "it prints a CREATE ROLE that failed, with the password; the error itself is logged",
  },
  {
    name: "log_min_messages",
    value: "warning",
    reason: "from debug2 on it prints every statement",
  },
  {
    name: "log_error_verbosity",
    value: "terse",
    reason:
      "details of an error print rows and inner statements; the client gets them, the log not",
  },
  {
    name: "log_parameter_max_length",
    value: "0",
    reason: "parameters hold customers' data",
  },
  {
    name: "log_parameter_max_length_on_error",
    value: "0",
    reason: "parameters hold customers' data",
  },
  { name: "pgaudit.log_parameter", value: "off", reason: "parameters hold customers' data" },
  {
    name: "pg_stat_statements.track_utility",
    value: "off",
    reason: "it would keep the passwords and verifiers of CREATE ROLE and ALTER ROLE",
  },
];
