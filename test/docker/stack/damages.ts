import { engine } from "../engine";
import type { DockerProject } from "./dockerProject";
import { expireCertificates } from "./expireCertificates";

/** Something that happens to a stack, and that one `up` puts right. */
interface Damage {
  /** A title: "… is healed". */
  what: string;
  happens: (project: DockerProject) => Promise<unknown>;
}

/** One after which the server cannot be asked: `drift` is broken, and `up` brings the server up before everything else. */
export interface Outage extends Damage {
  /** What is said of the server then. */
  says: RegExp;
  /** The code of the error that clients meet. */
  clients: string;
  /** The commands that are asked then: they start nothing, and name the way out. */
  asked: readonly (readonly ["preview" | "drift", ...string[]])[];
  /** Whether starting the server is all that `up` does then: the outage before has left nothing that was not healed. */
  alone?: true;
}

/** One that `drift` names, and ends with 7. */
export interface FoundDamage extends Damage {
  /** The lines of `drift` that it makes, each by one expression. */
  says: readonly RegExp[];
}

const silent = {
  says: /PostgreSQL server of stack dev does not answer at 127\.0\.0\.1:\d+/,
  clients: "ECONNREFUSED",
} as const;

/** In this order: each is done to a stack that the one before has left converged. */
export const outages: readonly Outage[] = [
  {
    what: "a server whose container was removed, and the pooler's too",
    happens: async (project) => {
      await removeContainer(project, "postgresql");
      await removeContainer(project, "pgbouncer");
    },
    ...silent,
    asked: [["drift"]],
  },
  {
    what: "a server that was stopped",
    happens: (project) => project.container("postgresql").stop(),
    ...silent,
    asked: [["preview"], ["drift"]],
    alone: true,
  },
  {
    what: "a server that was killed, and whose network was removed from under it",
    happens: async (project) => {
      await project.container("postgresql").kill();
      await removeNetwork(project);
    },
    ...silent,
    asked: [["drift", "--json"]],
  },
  {
    what: "a server whose certificate has expired",
    happens: expireCertificates,
    says: /server of stack dev shows a certificate that has expired, at 127\.0\.0\.1:\d+/,
    clients: "CERT_HAS_EXPIRED",
    asked: [["preview"], ["drift"]],
  },
];

/** They happen together. A pooler that was removed while the server runs is in the catalogue of drift. */
export const found: readonly FoundDamage[] = [
  {
    what: "a pooler that was stopped",
    happens: (project) => project.container("pgbouncer").stop(),
    says: [/^container \S+-pgbouncer: found stopped, expected running$/],
  },
  {
    what: "images whose Dockerfile has changed",
    happens: async (project) => {
      const text = await project.read("image/Dockerfile");
      await project.write("image/Dockerfile", `${text}\nLABEL changed="yes"\n`);
    },
    says: [
      /^image \S+-postgresql:\S+: found an older build, expected built from image\/$/,
      /^image \S+-pgbouncer:\S+: found an older build, expected built from image\/$/,
      /^container \S+-postgresql: found others, expected what it was made from as declared/,
    ],
  },
  {
    what: "a setting that needs a restart",
    happens: async (project) => {
      const setting = "  hosterizer-database:serverSettings: { max_connections: 150 }\n";
      await project.write("Pulumi.dev.yaml", `${await project.read("Pulumi.dev.yaml")}${setting}`);
    },
    says: [/^resource server \(ServerSettings\): up would update it: settings$/],
  },
];

function removeContainer({ prefix }: DockerProject, program: string) {
  return engine.getContainer(`${prefix}-${program}`).remove({ force: true });
}

async function removeNetwork({ prefix }: DockerProject): Promise<void> {
  const network = engine.getNetwork(prefix);
  for (const program of ["postgresql", "pgbouncer"]) {
    await network.disconnect({ Container: `${prefix}-${program}`, Force: true });
  }
  await network.remove();
}
