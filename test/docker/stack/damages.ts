import { engine } from "../engine";
import type { DockerProject } from "./dockerProject";
import { expireCertificates } from "./expireCertificates";

/** Damage to a stack that one `up` repairs. */
interface Damage {
  /** A title: "… is healed". */
  what: string;
  happens: (project: DockerProject) => Promise<unknown>;
}

/** Damage that makes the server unreachable: `drift` is broken, and `up` starts the server before everything else. */
export interface Outage extends Damage {
  /** The message about the server. */
  says: RegExp;
  /** The code of the error that clients get. */
  clients: string;
  /** The commands to run then: they start nothing, and name the remedy. */
  asked: readonly (readonly ["preview" | "drift", ...string[]])[];
  /** Whether `up` does nothing but start the server: the previous outage is repaired completely. */
  alone?: true;
}

/** Damage that `drift` names, with exit code 7. */
export interface FoundDamage extends Damage {
  /** The lines of `drift` about it, one expression each. */
  says: readonly RegExp[];
}

const silent = {
  says: /PostgreSQL server of stack dev does not answer at 127\.0\.0\.1:\d+/,
  clients: "ECONNREFUSED",
} as const;

/** In this order: each happens to the stack that the repair of the previous one left converged. */
export const outages: readonly Outage[] = [
  {
    what: "a server without its container, and without the pooler's",
    happens: async (project) => {
      await removeContainer(project, "postgresql");
      await removeContainer(project, "pgbouncer");
    },
    ...silent,
    asked: [["drift"]],
  },
  {
    what: "a stopped server",
    happens: (project) => project.container("postgresql").stop(),
    ...silent,
    asked: [["preview"], ["drift"]],
    alone: true,
  },
  {
    what: "a killed server without its network",
    happens: async (project) => {
      await project.container("postgresql").kill();
      await removeNetwork(project);
    },
    ...silent,
    asked: [["drift", "--json"]],
  },
  {
    what: "a server with an expired certificate",
    happens: expireCertificates,
    says: /server of stack dev shows a certificate that has expired, at 127\.0\.0\.1:\d+/,
    clients: "CERT_HAS_EXPIRED",
    asked: [["preview"], ["drift"]],
  },
];

/** These happen together. A pooler removed while the server is running is in the drift catalogue. */
export const found: readonly FoundDamage[] = [
  {
    what: "a stopped pooler",
    happens: (project) => project.container("pgbouncer").stop(),
    says: [/^container \S+-pgbouncer: found stopped, expected running$/],
  },
  {
    what: "images with a changed Dockerfile",
    happens: async (project) => {
      const text = await project.read("image/Dockerfile");
      await project.write("image/Dockerfile", `${text}\nLABEL changed="yes"\n`);
    },
    says: [
      /^image \S+-postgresql:\S+: found an older build, expected built from image\/: the files it is built from have changed$/,
      /^image \S+-pgbouncer:\S+: found an older build, expected built from image\/: the files it is built from have changed$/,
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
