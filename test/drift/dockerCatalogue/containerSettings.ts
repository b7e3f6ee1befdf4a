import type { DriftCase } from "../driftCase";
import type { ByHand } from "./byHand";

/** The settings of the server in its container, and who may connect to it. */
export const containerSettings: readonly DriftCase<ByHand>[] = [
  {
    kind: "server setting",
    what: "a declared setting of the server is changed by ALTER SYSTEM",
    break: "alter system set log_statement = 'all'",
    says: /^setting log_statement: found 'all'.*, expected 'none'$/,
    up: "repairs",
    note: "The server is reloaded, or restarted if only a restart removes the value.",
  },
  {
    kind: "server setting not declared",
    what: "another setting of the server is changed by ALTER SYSTEM",
    break: "alter system set enable_seqscan = off",
    says: "setting enable_seqscan is not declared, found 'off' by ALTER SYSTEM",
    up: "repairs",
  },
  {
    kind: "server setting",
    what: "the command that archives the WAL is replaced",
    break: "alter system set archive_command = '/bin/true'",
    says: /^setting archive_command: found '\/bin\/true'.*, expected 'timeout 3 pgbackrest .* archive-push %p'$/,
    up: "repairs",
    note: "What was written in the meantime cannot be recovered: a full backup follows by itself.",
  },
  {
    kind: "server setting",
    what: "WAL is archived less often",
    break: "alter system set archive_timeout = '1h'",
    says: /^setting archive_timeout: found '(1h|3600)'.*, expected '60'$/,
    up: "repairs",
  },
  {
    kind: "settings file",
    what: "the settings file gets a line that the server cannot read",
    break: [{ serverFile: "postgresql.conf", from: "fsync = 'on'", to: "fsync = 'perhaps'" }],
    says: /^file \/etc\/hosterizer\/postgresql\.conf: found line \d+ with fsync: .*, expected lines that the server can read/,
    up: "repairs",
    note: "Until then the server keeps its previous settings.",
  },
  {
    kind: "connection rule missing",
    what: "a line of pg_hba.conf is removed",
    break: [{ serverFile: "pg_hba.conf", from: "hostnossl all all all reject\n", to: "" }],
    says: "rule hostnossl all all all reject is missing, expected a line of pg_hba.conf",
    up: "repairs",
  },
  {
    kind: "connection rule added",
    what: "every role is let in from one network",
    break: [
      {
        serverFile: "pg_hba.conf",
        from: "local all all reject\n",
        to: "local all all reject\nhost all all 192.0.2.0/24 trust\n",
      },
    ],
    says: /^rule host all all 192\.0\.2\.0 255\.255\.255\.0 trust is not declared, found line \d+ of pg_hba\.conf/,
    up: "repairs",
  },
  {
    kind: "connection rule order",
    what: "two lines of pg_hba.conf are swapped: the first matching line decides",
    break: [
      { serverFile: "pg_hba.conf", from: "local replication all reject\n", to: "" },
      {
        serverFile: "pg_hba.conf",
        from: "local all all reject\n",
        to: "local all all reject\nlocal replication all reject\n",
      },
    ],
    says: "rules of pg_hba.conf: found another, expected the declared order",
    up: "repairs",
    round: 2,
  },
  {
    kind: "server not reachable",
    what: "the server's container is stopped",
    break: [{ docker: "stop", of: ["-postgresql"] }],
    shownBy: ["--refresh=false", "--target", "**hosterizer:index:DockerInstance**"],
    says: /^server \S+:\d+: found not reachable: .*, expected an answer$/,
    up: "repairs",
    note: "`up` starts it before anything else.",
  },
];
