import type { DriftCase } from "../driftCase";

/** The settings of the embedded server. */
export const server: readonly DriftCase[] = [
  {
    kind: "server setting",
    what: "a declared setting of the server is changed by ALTER SYSTEM",
    break: "alter system set password_encryption = 'md5'",
    says: /^setting password_encryption: found 'md5'.*, expected 'scram-sha-256'$/,
    up: "repairs",
    note: "The server is restarted.",
  },
  {
    kind: "server setting not declared",
    what: "another setting of the server is changed by ALTER SYSTEM",
    break: "alter system set deadlock_timeout = '5s'",
    says: "setting deadlock_timeout is not declared, found '5s' by ALTER SYSTEM",
    up: "repairs",
    note: "The server is restarted.",
  },
  {
    kind: "settings file",
    what: "the settings file is edited by hand",
    break: `do $$ begin
              execute pg_catalog.format('copy (select ''port = '' || %L) to %L',
                pg_catalog.current_setting('port'),
                pg_catalog.current_setting('data_directory') || '/hosterizer.conf');
            end $$`,
    says: "file hosterizer.conf: found others, expected the declared settings",
    up: "repairs",
    note: "The file is rewritten, and the server is restarted.",
  },
  {
    kind: "server certificate",
    what: "the certificate of the embedded server is overwritten by hand",
    break: `do $$ begin
              execute pg_catalog.format('copy (select ''none'') to %L',
                pg_catalog.current_setting('data_directory') || '/server.crt');
            end $$`,
    says: "file server.crt: found others, expected the declared certificate and its key",
    up: "repairs",
    note: "The file is rewritten, and the server is restarted.",
  },
];
