import { rehearsalStack } from "./rehearsalStack";

/** Where a stack keeps its state. `project`: in the project folder. `environment`: where Pulumi itself would look. */
export interface Backend {
  kind: "project" | "environment";
  /** What the user should know about the choice. */
  remark?: string;
}

/** What decides it. */
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
 * rehearsal of a promotion never goes there.
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
      `Stack ${stack} keeps its state in .hosterizer/state, on this machine only: nobody is logged in to a backend.\n` +
      "To share it, run `pulumi login` or set PULUMI_BACKEND_URL.",
  };
}
