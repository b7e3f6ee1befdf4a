import { engine } from "../engine";
import type { DockerProject } from "./dockerProject";

/** Something that happens to a stack, and that one `up` puts right. */
export interface Damage {
  /** A title: "… is healed". */
  what: string;
  happens: (project: DockerProject) => Promise<unknown>;
  /** Exit code of `drift` then, and what it says. */
  drift: { code: 0 | 1 | 7; says: RegExp };
  /** Whether the server has to be up before everything else. */
  first?: true;
}

const silent = {
  code: 1,
  says: /PostgreSQL server of stack dev does not answer at \S+:\d+/,
} as const;

/** In this order: each is done to a stack that the one before has left converged. */
export const damages: readonly Damage[] = [
  {
    what: "a server that was stopped",
    happens: (project) => project.container("postgresql").stop(),
    drift: silent,
    first: true,
  },
  {
    what: "a server that was killed",
    happens: (project) => project.container("postgresql").kill(),
    drift: silent,
    first: true,
  },
  {
    what: "a server whose container was removed",
    happens: (project) => removeContainer(project, "postgresql"),
    drift: silent,
    first: true,
  },
  {
    what: "a network that was removed from under its containers",
    happens: removeNetwork,
    drift: silent,
    first: true,
  },
  {
    what: "a pooler that was removed",
    happens: (project) => removeContainer(project, "pgbouncer"),
    drift: { code: 7, says: /pgbouncer/ },
  },
  {
    what: "a pooler that was stopped",
    happens: (project) => project.container("pgbouncer").stop(),
    drift: { code: 7, says: /pooler/ },
  },
  {
    what: "an image whose Dockerfile has changed",
    happens: async (project) => {
      const text = await project.read("image/Dockerfile");
      await project.write("image/Dockerfile", `${text}\nLABEL changed="yes"\n`);
    },
    drift: { code: 7, says: /server-image/ },
  },
  {
    what: "a setting that needs a restart",
    happens: async (project) => {
      const setting = "  hosterizer-database:serverSettings: { max_connections: 150 }\n";
      await project.write("Pulumi.dev.yaml", `${await project.read("Pulumi.dev.yaml")}${setting}`);
    },
    drift: { code: 7, says: /Container/ },
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
