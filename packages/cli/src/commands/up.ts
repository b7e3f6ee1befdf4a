import { CommandError } from "../commandError";
import { adoptServer } from "../healing/adoptServer";
import { healStack } from "../healing/healStack";
import { letIn } from "../healing/letIn";
import { printConnection } from "../printConnection";
import { readArguments } from "../readArguments";
import { externalEnvironment } from "../externalStack/externalEnvironment";
import { openStack } from "../stack/openStack";
import { startInstance } from "../startInstance";
import { updateStack } from "../updateStack";

/** `npm run up`: makes a stack what the program says. */
export async function up(args: string[]): Promise<number> {
  const { stack, yes, values, rest } = readArguments(
    {
      name: "up",
      description:
        "Brings up the stack: its server, the database in it, roles, grants, migrations and row-level security.\n" +
        "Run again it changes only what differs. Stack local asks nothing; others show what will change and ask.",
      yes: "do not ask",
      options: {
        adopt:
          "the name of a database on an existing server, which the state does not have: it is taken over, with the roles",
      },
    },
    args,
  );
  const isLocal = stack === "local";
  if (!isLocal && !yes && !process.stdin.isTTY) {
    throw new CommandError(
      `There is no terminal to ask whether stack ${stack} may be changed.`,
      `See what would change with \`npm run preview -- --stack ${stack}\`, then run \`npm run up -- --stack ${stack} --yes\`.`,
    );
  }
  const environment = await externalEnvironment(stack, await openStack(stack));
  await healStack(stack, environment);
  const atOnce = ["--yes", "--skip-preview"];
  await startInstance(stack, environment, isLocal || yes ? atOnce : []);
  if (yes) await letIn(stack, environment);
  const { adopt } = values;
  if (adopt !== undefined) await adoptServer(stack, adopt, environment, yes ? atOnce : []);
  // Nobody is there to read a preview of the local stack, which would double the time.
  const agreed = isLocal ? atOnce : yes ? ["--yes"] : [];
  const code = await updateStack(stack, ["up", ...agreed, ...rest], environment);
  if (code === 0) await printConnection(stack, environment);
  return code;
}
