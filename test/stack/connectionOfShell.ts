import type { Connection } from "@hosterizer/postgres/connection/connection";
import type { Project } from "./project";

/** The connection of an application after a line of shell has set DB_HOST and its companions. */
export async function connectionOfShell(project: Project, line: string): Promise<Connection> {
  const names = ["DB_HOST", "DB_PORT", "DB_USER", "DB_PASSWORD", "DB_NAME"];
  const print = `printf '%s\\n' ${names.map((name) => `"$${name}"`).join(" ")}`;
  const { output, stdout } = await project.shell(`${line} && ${print}`);
  const [host, port, user, password, database] = stdout.split("\n");
  if (!host || !user || !password || !database)
    throw new Error(`${line} does not set the connection variables:\n${output}`);
  return { host, port: Number(port), user, password, database };
}
