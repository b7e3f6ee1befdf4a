import type { Connection } from "@hosterizer/postgres/connection/connection";
import type { Project } from "./project";

/** How an application connects after a line of shell has set the variables DB_HOST and so on. */
export async function connectionOfShell(project: Project, line: string): Promise<Connection> {
  const names = ["DB_HOST", "DB_PORT", "DB_USER", "DB_PASSWORD", "DB_NAME"];
  const print = `printf '%s\\n' ${names.map((name) => `"$${name}"`).join(" ")}`;
  const { output, stdout } = await project.shell(`${line} && ${print}`);
  const [host, port, user, password, database] = stdout.split("\n");
  if (!host || !user || !password || !database) throw new Error(`${line} sets nothing:\n${output}`);
  return { host, port: Number(port), user, password, database };
}
