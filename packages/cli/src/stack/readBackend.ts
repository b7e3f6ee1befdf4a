import { readFileSync } from "node:fs";
import { join } from "node:path";

import { folders } from "../folders";
import { usersPulumiHome } from "../pulumiHome";
import { type Backend, chooseBackend } from "./chooseBackend";
import { yaml } from "./yaml";

/** Reads what decides where a stack keeps its state, and decides it. Asks no server. */
export function readBackend(stack: string): Backend {
  return chooseBackend(stack, {
    environment: process.env,
    login: readLogin(),
    readProjectBackend,
  });
}

/** `pulumi login` notes the present backend here; the secret part may lie elsewhere and is not looked at. */
function readLogin(): string | undefined {
  const folder = process.env["PULUMI_CREDENTIALS_PATH"] ?? usersPulumiHome();
  try {
    const text = readFileSync(join(folder, "credentials.json"), "utf8");
    return (JSON.parse(text) as { current?: string }).current;
  } catch {
    return undefined;
  }
}

function readProjectBackend(): string | undefined {
  const text = readFileSync(join(folders.project, "Pulumi.yaml"), "utf8");
  return (yaml().parse(text) as { backend?: { url?: string } }).backend?.url;
}
