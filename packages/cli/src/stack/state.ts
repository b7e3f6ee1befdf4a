import { existsSync } from "node:fs";

import { UserError } from "@hosterizer/postgres/userError";
import { askPulumi } from "../runProgram";
import { readBackend } from "./backend";
import { stackEnvironment } from "./stackEnvironment";
import { stackFiles } from "./stackFiles";

/** What `pulumi stack export` prints and `pulumi stack import` takes. What is not named here passes through unchanged. */
export interface ExportedState {
  deployment?: Deployment;
}

export interface Deployment {
  resources?: ResourceState[];
  pending_operations?: { resource: ResourceState; type: string }[];
}

export interface ResourceState {
  urn: string;
  type: string;
  id?: string;
  inputs?: Record<string, unknown>;
  outputs?: Record<string, unknown>;
  parent?: string;
  deletedWith?: string;
  dependencies?: string[];
  propertyDependencies?: Record<string, string[]>;
}

/** The state of a stack, with its secrets encrypted. */
export async function exportState(
  stack: string,
  environment: NodeJS.ProcessEnv,
): Promise<ExportedState> {
  const exported = await askPulumi(["stack", "export", "--stack", stack], environment);
  return JSON.parse(exported) as ExportedState;
}

/** Replaces the state of a stack. */
export async function importState(
  stack: string,
  state: ExportedState,
  environment: NodeJS.ProcessEnv,
): Promise<void> {
  await askPulumi(["stack", "import", "--stack", stack], environment, JSON.stringify(state));
}

/** The resources in a stack's state, with their secrets encrypted; none after a `destroy`. */
export async function readResources(
  stack: string,
  environment: NodeJS.ProcessEnv,
): Promise<ResourceState[]> {
  const { deployment } = await exportState(stack, environment);
  return deployment?.resources ?? [];
}

/** The same of a stack that may not exist: it is not created. Writes nothing for one whose state would be in the project folder. */
export async function readResourcesIfAny(stack: string): Promise<ResourceState[]> {
  const isOurs = readBackend(stack).kind === "project";
  if (isOurs && !existsSync(stackFiles(stack).state)) return [];
  try {
    return await readResources(stack, stackEnvironment(stack));
  } catch (error) {
    if (!isOurs && isUnknownStack(error)) return [];
    throw error;
  }
}

function isUnknownStack(error: unknown): boolean {
  return /no stack named/.test(String(error));
}

/**
 * The outputs of a stack, with secrets in plain text: never print them unasked.
 *
 * @throws UserError if the stack has not been brought up, or was destroyed
 */
export async function readStackOutputs(stack: string): Promise<Record<string, unknown>> {
  const environment = stackEnvironment(stack);
  const isOurs = environment["PULUMI_OPTION_CONFIG_FILE"] !== undefined;
  if (isOurs && !existsSync(stackFiles(stack).state)) throw notUp(stack);
  const args = ["stack", "output", "--json", "--show-secrets", "--stack", stack];
  const outputs = await askPulumi(args, environment).catch((error: unknown) => {
    if (isUnknownStack(error)) throw notUp(stack);
    throw error;
  });
  const values = JSON.parse(outputs) as Record<string, unknown>;
  if (Object.keys(values).length === 0) throw notUp(stack);
  return values;
}

function notUp(stack: string): UserError {
  const command = stack === "local" ? "npm run up" : `npm run up -- --stack ${stack}`;
  return new UserError(`Stack ${stack} has not been brought up yet.`, `Run \`${command}\`.`);
}
