import type { DockerProject } from "./dockerProject";

interface Deployment {
  resources?: { urn: string; outputs?: Record<string, unknown> }[];
}

/**
 * Every secret of a stack, by what it is: the passwords, the parts of their verifiers that are as good as a password, and the
 * private keys, line by line; and the passphrase of its state.
 */
export async function stateSecrets(project: DockerProject): Promise<Map<string, string>> {
  const command = `node packages/cli/run.mjs pulumi stack export --stack ${project.stack} --show-secrets`;
  const { stdout } = await project.shell(command);
  const { deployment } = JSON.parse(stdout) as { deployment: Deployment };
  const found = new Map<string, string>();
  found.set("the passphrase", (await project.read(".hosterizer/passphrase")).trim());
  for (const { urn, outputs = {} } of deployment.resources ?? []) {
    const name = urn.split("::").at(-1) ?? urn;
    const secret = (property: string): string | undefined => {
      const text = (outputs[property] as { plaintext?: string } | undefined)?.plaintext;
      return text === undefined ? undefined : (JSON.parse(text) as string);
    };
    const password = secret("password");
    if (urn.includes(":Password::") && password !== undefined) {
      found.set(`the password ${name}`, password);
      const keys = secret("verifier")?.split(/[$:]/).slice(-2) ?? [];
      keys.forEach((key, index) => found.set(`key ${index} of the verifier ${name}`, key));
    }
    const lines = secret("privateKey")?.split("\n") ?? [];
    // The first line of a key is the same for all keys of its kind.
    const body = lines.filter((line) => !line.startsWith("-----") && line !== "").slice(1);
    body.forEach((line, index) => found.set(`line ${index} of the private key ${name}`, line));
  }
  return found;
}

/** The secrets that a text contains, in plain text or in base64. */
export function secretsIn(text: string, secrets: ReadonlyMap<string, string>): string[] {
  return [...secrets]
    .filter(([, secret]) => {
      const encoded = Buffer.from(secret).toString("base64").replace(/=+$/, "");
      return text.includes(secret) || text.includes(encoded);
    })
    .map(([name]) => name);
}
