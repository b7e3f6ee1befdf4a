import type { Connection } from "@hosterizer/postgres/connection/connection";
import { deployConnection } from "@hosterizer/postgres/server/external/deployAccess";
import { UserError } from "@hosterizer/postgres/userError";
import { npmCommand } from "@hosterizer/postgres/npmCommand";
import { externalEnvironment } from "../../externalStack/externalEnvironment";
import { askPulumi } from "../../runProgram";
import { readExternalSettings } from "../../stack/readInstanceSettings";
import { stackEnvironment } from "../../stack/stackEnvironment";
import type { ExportedState } from "../../stack/state";

/** The database in which a login does what concerns the whole server. */
const database = "postgres";

/** A stack's server, without its database and its logins. */
type Server = Omit<Connection, "user" | "password" | "database">;

/**
 * The login that may create, rename and drop databases on a stack's server: the superuser of a server that the stack has created,
 * the deploy role of one that existed before.
 *
 * @throws UserError if the stack has no superuser's password, or its server does not let the deploy role in
 */
export async function maintenanceConnection(stack: string, server: Server): Promise<Connection> {
  const environment = stackEnvironment(stack);
  const external = readExternalSettings(stack, environment);
  if (external !== undefined && !("faults" in external)) {
    const { PGHOST: host = "", PGPASSWORD: password = "" } = await externalEnvironment(
      stack,
      environment,
    );
    return { ...deployConnection(external.settings), host, password };
  }
  const words = ["stack", "export", "--show-secrets", "--stack", stack];
  const { deployment } = JSON.parse(await askPulumi(words, environment)) as ExportedState;
  const superuser = deployment?.resources?.find(({ urn }) => urn.endsWith(passwordOfSuperuser));
  const password = superuser?.outputs?.["password"];
  const plain = (password as { plaintext?: string } | undefined)?.plaintext;
  if (plain === undefined) {
    throw new UserError(
      `The state of stack ${stack} has no password of the superuser.`,
      `Run \`${npmCommand("up", [], stack)}\`.`,
    );
  }
  return { ...server, user: "postgres", password: JSON.parse(plain) as string, database };
}

const passwordOfSuperuser = "hosterizer:Password::server-superuser";
