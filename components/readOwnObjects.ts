import { execFile } from "node:child_process";
import { promisify } from "node:util";

import * as pulumi from "@pulumi/pulumi";

import type { OwnObjects } from "@hosterizer/postgres/server/external/findConflicts";

/** The environment variable with the name of the database that `up --adopt` takes over. */
export const adoptedDatabase = "HOSTERIZER_ADOPT";

/** As much of `pulumi stack export` as is needed here. */
interface ExportedState {
  deployment?: {
    resources?: StateOfResource[];
    pending_operations?: { resource: StateOfResource }[];
  };
}

interface StateOfResource {
  type: string;
  id?: string;
  inputs?: { name?: unknown };
}

/**
 * What the state of this stack has in the server. A program is not told its own state, so the Pulumi that runs it is asked; an update
 * that was killed counts as having made what it began to make.
 *
 * @returns undefined if it cannot be asked, which is a warning
 */
export async function readOwnObjects(stack: string): Promise<OwnObjects | undefined> {
  const organization = pulumi.getOrganization();
  // A backend of one's own calls it "organization" in every stack.
  const name =
    organization === "organization" ? stack : `${organization}/${pulumi.getProject()}/${stack}`;
  try {
    const { stdout } = await promisify(execFile)("pulumi", ["stack", "export", "--stack", name], {
      maxBuffer: Infinity,
    });
    const { deployment = {} } = JSON.parse(stdout) as ExportedState;
    const { resources = [], pending_operations: pending = [] } = deployment;
    const all = [...resources, ...pending.map(({ resource }) => resource)];
    const namesOf = (type: string) =>
      new Set(
        all
          .filter((resource) => resource.type === type)
          .flatMap(({ id, inputs }) => [id ?? inputs?.name])
          .filter((found) => typeof found === "string"),
      );
    return {
      roles: namesOf("postgresql:index/role:Role"),
      databases: namesOf("postgresql:index/database:Database"),
    };
  } catch (error) {
    const [fault = ""] = String(error).split("\n");
    await pulumi.log.warn(
      `The state of stack ${stack} could not be read (${fault}): a role or database of others is only noticed when it is made.`,
    );
    return undefined;
  }
}
