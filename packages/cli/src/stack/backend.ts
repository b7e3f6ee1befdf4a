import { readFileSync } from "node:fs";
import { join } from "node:path";

import { folders, usersPulumiHome } from "../folders";
import { yaml } from "./configuration";

/** The stack that a promotion tries everything on first: on this machine, in this clone, and removed afterwards. */
export const rehearsalStack = "promote-rehearsal";

/** Where a stack keeps its state. `project`: in the project folder. `environment`: where Pulumi itself would look. */
interface Backend {
  kind: "project" | "environment";
  /** What the user should know about the choice. */
  remark?: string;
}

/** Chooses where a stack keeps its state. Asks no server. */
export function readBackend(stack: string): Backend {
  return chooseBackend(stack, {
    environment: process.env,
    login: readLogin(),
    readProjectBackend,
  });
}

/** What the choice depends on. */
export interface BackendSigns {
  environment: Readonly<Record<string, string | undefined>>;
  /** The backend that `pulumi login` chose last. */
  login: string | undefined;
  /** Reads `backend.url` in Pulumi.yaml. */
  readProjectBackend: () => string | undefined;
}

/**
 * Chooses the backend of a stack.
 *
 * `local` belongs to one clone on one machine, so a login alone, which is for the team's stacks, does not move it away. The
 * rehearsal of a promotion always stays in the project folder.
 */
export function chooseBackend(stack: string, signs: BackendSigns): Backend {
  if (stack === rehearsalStack) return { kind: "project" };
  const { environment, login, readProjectBackend } = signs;
  if (environment["PULUMI_BACKEND_URL"]) return { kind: "environment" };
  if (stack === "local") return { kind: "project" };
  if (environment["PULUMI_ACCESS_TOKEN"] || login || readProjectBackend()) {
    return { kind: "environment" };
  }
  return {
    kind: "project",
    remark:
      `Stack ${stack} keeps its state in .hosterizer/state, only on this machine: you are not logged in to a backend.\n` +
      "To share it, run `pulumi login` or set PULUMI_BACKEND_URL.",
  };
}

/** The backend that `pulumi login` has stored. The secret part may be stored elsewhere and is not read. */
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
