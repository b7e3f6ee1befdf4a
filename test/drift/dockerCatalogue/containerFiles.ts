import type { DriftCase } from "../driftCase";
import type { ByHand } from "./byHand";

/** The files that the containers are configured by. */
export const containerFiles: readonly DriftCase<ByHand>[] = [
  {
    kind: "container file",
    what: "the server's key is made readable for everyone",
    break: [{ volume: "-postgresql-configuration", command: "chmod 0644 server.key" }],
    says: /^file \/etc\/hosterizer\/server\.key of container \S+: found mode 0644, expected the declared content, owner 5432, mode 0600$/,
    up: "repairs",
  },
  {
    kind: "container file",
    what: "a repository of the backups is moved",
    break: [
      {
        volume: "-backup-configuration",
        command: "sed -i s,^repo1-path=.*,repo1-path=/var/lib/elsewhere, pgbackrest.conf",
      },
    ],
    says: /^file \/etc\/pgbackrest\/pgbackrest\.conf of container \S+-backup: found another content, expected the declared content, owner 5432, mode 0600$/,
    up: "repairs",
    note: "The container that takes backups is restarted.",
  },
  {
    kind: "container file",
    what: "the schedule of the backups is changed",
    break: [
      {
        volume: "-backup-configuration",
        command: "sed -i 's/17 2 /17 2 1 /' scheduler.json",
      },
    ],
    says: /^file \/etc\/pgbackrest\/scheduler\.json of container \S+-backup: found another content, expected the declared content, owner 0, mode 0644$/,
    up: "repairs",
  },
  {
    kind: "container file missing",
    what: "a file of the server's configuration is removed",
    break: [{ volume: "-postgresql-configuration", command: "rm pg_ident.conf" }],
    says: /^file \/etc\/hosterizer\/pg_ident\.conf of container \S+ is missing, expected a file as declared$/,
    up: "repairs",
  },
  {
    kind: "container files not in force",
    what: "a line is added to a file of the server's configuration",
    break: [{ volume: "-postgresql-configuration", command: "echo '# ours' >>pg_hba.conf" }],
    says: /^container \S+-postgresql: found started with others, expected started with its files as declared: it is restarted$/,
    up: "repairs",
    note: "A twin of the container tries the files first. The restart keeps the container.",
  },
];
