import { join } from "node:path";

import type { Connection } from "@hosterizer/postgres/connection/connection";
import { rowsOf } from "../../../packages/postgres/test/integration/testDatabase";
import { Project } from "../../stack/project";
import { TestContainer } from "../testContainer";
import { engine } from "../engine";
import { removeByPrefix } from "./removeByPrefix";

/** The programs of a stack. */
export type Program = "postgresql" | "pgbouncer" | "backup";

/** A copy of this project in a folder of its own, with a stack `dev` that has names and ports of its own. */
export class DockerProject extends Project {
  override readonly stack = "dev";

  constructor(
    directory: string,
    port: number,
    /** As in its Pulumi.dev.yaml, like the previous ones. */
    readonly poolerPort: number,
    readonly prefix: string,
  ) {
    super(directory, port);
  }

  /** Runs an npm command on the stack without asking for confirmation. */
  run(command: "up" | "preview" | "drift" | "destroy", ...args: string[]) {
    const agreed = command === "up" || command === "destroy" ? ["--yes"] : [];
    return this.npm(command, "--", "--stack", this.stack, ...agreed, ...args);
  }

  /** Runs an operator's command on the stack. */
  db(...words: string[]) {
    return this.npm("-s", "db", "--", ...words, "--stack", this.stack);
  }

  /** Brings the stack up, and returns the output. */
  up(): Promise<string> {
    // A preview would double the time, and is not read here.
    return this.succeed("up", "--", "--stack", this.stack, "--yes", "--skip-preview");
  }

  container(program: Program): TestContainer {
    return new TestContainer(engine.getContainer(`${this.prefix}-${program}`));
  }

  /** Path of the authority file with which clients verify the stack's servers. */
  get authority(): string {
    return join(this.directory, ".hosterizer", this.stack, "ca.pem");
  }

  override async connection(role?: string, database?: string): Promise<Connection> {
    const local = await super.connection(role, database);
    return { ...local, sslmode: "verify-full", sslrootcert: this.authority };
  }

  /** Runs SQL through the pooler. */
  async queryPooled<T extends object>(sql: string, role: string): Promise<T[]> {
    return rowsOf<T>({ ...(await this.connection(role)), port: this.poolerPort }, sql);
  }

  /** Removes the project with everything that it has in Docker. */
  override async remove(): Promise<void> {
    await super.remove();
    await removeByPrefix(this.prefix);
  }
}
