import type { Run } from "./project";

/** Every secret of a stack, in plain text. */
export interface Secrets {
  /** The superuser's password. */
  superuser: string;
  /** The passwords of the roles that log in, by role. */
  roles: Readonly<Record<string, string>>;
  /** The verifiers that the server stores for them. */
  verifiers: readonly string[];
}

interface Deployment {
  resources?: { urn: string; type: string; outputs?: Record<string, unknown> }[];
}

/** Reads the secrets from the state, as anyone with the passphrase can. */
export async function readSecrets(project: {
  readonly stack: string;
  shell(line: string): Promise<Run>;
}): Promise<Secrets> {
  const command = `node packages/cli/run.mjs pulumi stack export --stack ${project.stack} --show-secrets`;
  const { code, output, stdout } = await project.shell(command);
  if (code !== 0) throw new Error(`the state cannot be read:\n${output}`);
  const { deployment } = JSON.parse(stdout) as { deployment: Deployment };
  const generated = (deployment.resources ?? [])
    .filter(({ type }) => type.endsWith(":Password"))
    .map(({ urn, outputs = {} }) => ({
      name: urn.split("::").at(-1) ?? "",
      password: plain(outputs["password"]),
      verifier: plain(outputs["verifier"]),
    }));
  const byName = new Map(generated.map(({ name, password }) => [name, password]));
  const superuser = byName.get("server-superuser");
  if (superuser === undefined) throw new Error("the state has no superuser password");
  const roles = [...byName].flatMap(([name, password]): [string, string][] =>
    name.startsWith("role-") ? [[name.slice("role-".length), password]] : [],
  );
  const verifiers = generated.map(({ verifier }) => verifier);
  return { superuser, roles: Object.fromEntries(roles), verifiers };
}

/** A secret that an export with --show-secrets has in plain text. */
function plain(value: unknown): string {
  const text = (value as { plaintext?: string } | undefined)?.plaintext;
  if (text === undefined) throw new Error("a password in the state is not a secret");
  return JSON.parse(text) as string;
}
