import { askPulumi } from "../askPulumi";
import { CommandError } from "../commandError";
import { pins } from "../pins";
import type { ExternalSettings } from "../program";
import { runQuietly } from "../pulumi/runQuietly";

const usualVariable = "HOSTERIZER_DEPLOY_PASSWORD";
/** Milliseconds that a command has, which may ask a service far away. */
const patience = 30_000;

/**
 * The deploy role's password as it is now: a token that lives for minutes is asked for anew by each command.
 *
 * @returns undefined if there is none, as where it comes with a certificate
 * @throws CommandError if it can't be had; what a command printed on its standard output is never shown
 */
export async function deployPassword(
  stack: string,
  settings: ExternalSettings,
  environment: NodeJS.ProcessEnv,
): Promise<string | undefined> {
  const { deployPassword, deployPasswordVariable, deployPasswordCommand } = settings;
  if (deployPassword !== undefined) {
    const key = `${pins.project}:deployPassword`;
    return (await askPulumi(["config", "get", key, "--stack", stack], environment)).trim();
  }
  if (deployPasswordCommand !== undefined) return printed(stack, deployPasswordCommand);
  const password = process.env[deployPasswordVariable ?? usualVariable] ?? "";
  if (password !== "") return password;
  if (deployPasswordVariable === undefined) return undefined;
  throw new CommandError(
    `The environment variable ${deployPasswordVariable} is not set, and ${pins.project}:deployPasswordVariable in Pulumi.${stack}.yaml names it.`,
    `Set it to the password of ${settings.deployRole}.`,
  );
}

async function printed(stack: string, command: string): Promise<string> {
  const place = `${pins.project}:deployPasswordCommand in Pulumi.${stack}.yaml`;
  const { code, stdout, stderr } = await runQuietly("/bin/sh", ["-c", command], {
    timeout: patience,
  });
  const lines = stdout.split("\n").filter((line) => line.trim() !== "");
  const [token] = lines;
  if (code === 0 && token !== undefined && lines.length === 1) return token.trim();
  const ended =
    code === 0
      ? `printed ${lines.length} lines, and is to print the password alone`
      : code === -1
        ? `did not end within ${patience / 1000} seconds`
        : `ended with exit code ${code}`;
  const said = stderr.trim() === "" ? "" : `\n${stderr.trim()}`;
  throw new CommandError(`${place}: the command ${ended}.${said}`, `Run it by hand: ${command}`);
}
