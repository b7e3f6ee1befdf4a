import type { z } from "zod";

import { DeclarationError } from "@hosterizer/postgres/declarationError";
import { settingsSchemas as schemas } from "./settingsSchemas";

/** Prefix of every configuration key. */
export const project = "hosterizer-database";

type Kind = keyof typeof schemas;

/** Every kind of instance. */
export const kinds: readonly Kind[] = ["embedded", "docker", "external"];

/** Whose values nobody is to read in an error. */
const secret = "deployPassword";

/** What a user would type after `pulumi config set`, without the project's name where it is the key alone. */
const examples: Readonly<Record<string, string>> = {
  instance: "embedded",
  port: "5433",
  database: "hosterizer",
  lockTimeout: "500",
  migrationTarget: "9",
  acknowledgedLoss: `--path '${project}:acknowledgedLoss["public.sites"]' 12`,
  logins: `--path '${project}:logins.app_user[0]' 1`,
  proof: "false",
  signingKeys: `--path '${project}:signingKeys[1]' 2`,
  poolerPort: "6432",
  dockerName: "hosterizer-dev",
  publishAddress: "127.0.0.1",
  host: "127.0.0.1",
  memory: "1024",
  serverSettings: `--path ${project}:serverSettings.work_mem 16MB`,
  poolSize: "25",
  packagesOf: "2026-11-25",
  connectDatabase: "postgres",
  sslmode: "verify-full",
  sslrootcert: "authority.pem",
  sslcert: "client.pem",
  sslkey: "client.key",
  deployRole: "deploy",
  deployPassword: `--secret ${project}:deployPassword`,
  deployPasswordVariable: "DEPLOY_PASSWORD",
  deployPasswordCommand: `${project}:deployPasswordCommand 'aws rds generate-db-auth-token …'`,
  applicationConnections: "25",
};

/** What is wrong with a stack's configuration, key by key. */
export function settingsFaults(
  { issues }: z.ZodError,
  values: Readonly<Record<string, string>>,
  stack: string,
  kind: Kind | undefined,
): DeclarationError[] {
  return issues.flatMap((issue) => {
    if (issue.code === "unrecognized_keys")
      return issue.keys.flatMap((key) => unknownKey(key, stack, kind));
    const key = String(issue.path[0]);
    const value = key === secret ? "(secret)" : values[key];
    const message = key === "instance" ? notAKind : issue.message;
    const fault = values[key] === undefined ? "is missing" : `${JSON.stringify(value)} ${message}`;
    return [settingFault(key, fault, stack)];
  });
}

/** A fault of one key, with how to set it. */
export function settingFault(key: string, fault: string, stack: string): DeclarationError {
  const example = examples[key] ?? "";
  const whole = example.startsWith("--") || example.startsWith(project);
  const remedy = `Set it: pulumi config set ${whole ? example : `${project}:${key} ${example}`}`;
  return new DeclarationError(place(key, stack), fault, remedy);
}

/** A fault of one key that is mended by taking it away. */
export function superfluous(key: string, fault: string, stack: string): DeclarationError {
  return new DeclarationError(place(key, stack), fault, "Remove it");
}

const notAKind = `is not a kind of instance (${kinds.map((kind) => `"${kind}"`).join(", ")})`;

/** A key of another kind of instance is no mistake in writing; without a kind nobody can tell. */
function unknownKey(key: string, stack: string, kind: Kind | undefined): DeclarationError[] {
  const homes = kinds.filter((other) => key in schemas[other].shape);
  if (homes.length > 0) {
    if (kind === undefined) return [];
    const others = homes.map((home) => `"${home}"`).join(" and ");
    return [
      superfluous(key, `is for instance ${others} only, and this stack's is "${kind}"`, stack),
    ];
  }
  const known = Object.keys(schemas[kind ?? "docker"].shape).map((name) => `${project}:${name}`);
  const remedy = `Remove it, or use ${known.join(", ")}`;
  return [new DeclarationError(place(key, stack), "unknown key", remedy)];
}

/** Where a key is written. */
export function place(key: string, stack: string): string {
  return `${project}:${key} in Pulumi.${stack}.yaml`;
}
