import { askOnTerminal } from "../askOnTerminal";
import { CommandError } from "../commandError";
import { confirmRemoval } from "../confirmRemoval";
import { describeLoss } from "../describeLoss";
import { type FoundVolume, findThings } from "../dockerStack/findThings";
import { type ExternalStack, readExternalSettings } from "../externalStack/readExternalSettings";
import { judgeVolume } from "../dockerStack/judgeVolume";
import { namesInDocker } from "../dockerStack/namesInDocker";
import { removeVolume } from "../dockerStack/removeVolume";
import { megabytes } from "../megabytes";
import { readArguments } from "../readArguments";
import { removeStack } from "../removeStack";
import { openStack } from "../stack/openStack";

/** `npm run destroy`: removes a stack, after saying what goes. A volume with data goes only if the user names it. */
export async function destroy(args: string[]): Promise<number> {
  const { stack, yes, values, rest } = readArguments(
    {
      name: "destroy",
      description:
        "Removes everything that the stack has made. There is no way back.\n" +
        "An embedded server goes with its data. A volume of Docker with data stays, unless it is named.",
      yes: "do not ask",
      options: { volume: "the volume with the data of a stack in Docker: it is removed, too" },
    },
    args,
  );
  const environment = await openStack(stack);
  const external = readExternalSettings(stack, environment);
  if (external !== undefined) throw refusal(stack, external);
  const names = await namesInDocker(stack, environment);
  const isNamed = judgeVolume(stack, values["volume"], names?.data);
  const found = names && (await findThings(names));
  const loss = await describeLoss(stack, environment, found);
  const data = found?.data;
  print(loss ?? `Stack ${stack} has nothing${data ? " but its data" : " that could be removed"}.`);
  if (data !== undefined) print(`The data is in the volume ${nameAndSize(data)}.`);
  if (loss === undefined && data === undefined) return 0;

  const question = { stack, isThere: loss !== undefined, volume: isNamed ? undefined : data?.name };
  const ask = process.stdin.isTTY ? askOnTerminal : undefined;
  const goes = isNamed || (!yes && (await confirmRemoval(question, ask)));
  const code = loss === undefined ? 0 : await removeStack(stack, environment, names, rest);
  if (code !== 0 || data === undefined) return code;
  if (goes) {
    await removeVolume(data.name);
    print(`The volume ${data.name} is removed, with its data.`);
  } else {
    print(
      `The volume ${data.name} is kept, with its data: the next \`npm run up -- --stack ${stack}\` finds it.\n` +
        `To remove it, too: npm run destroy -- --stack ${stack} --volume ${data.name}`,
    );
  }
  return 0;
}

/** A server that was there before the stack is there after it, with all data. */
function refusal(stack: string, external: ExternalStack): CommandError {
  const database = "faults" in external ? "its database" : external.settings.database;
  return new CommandError(
    `Stack ${stack} has a server that is not its own: nothing in it is removed by this command.`,
    `To forget the stack and leave the database as it is: npm run shell -- --stack ${stack}, then pulumi stack rm --force ${stack}.\n` +
      `To remove the data, connect to the server as a superuser, and drop ${database} there by name.`,
  );
}

function nameAndSize({ name, size }: FoundVolume): string {
  return size === undefined ? name : `${name} (${megabytes(size)})`;
}

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}
