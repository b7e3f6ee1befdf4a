import type { DrillDemands } from "@hosterizer/postgres/backup/pgbackrest/backupDeclaration";
import {
  drillFault,
  drillWarnings,
  type LastDrill,
  readLastDrills,
} from "@hosterizer/postgres/backup/drill/lastDrills";
import { drilledRole, findServerRecord } from "@hosterizer/postgres/backup/drill/serverRecord";
import { DeclarationErrors, UserError } from "@hosterizer/postgres/userError";
import { dockerNames } from "../../dockerStack/dockerObjects";
import { engine } from "../../dockerStack/engine";
import type { Program } from "../../program";
import { readDockerSettings, readExternalSettings } from "../../stack/readInstanceSettings";
import { stackName } from "../../stack/stackFiles";
import { configurationEnvironment } from "../stack/configuration";
import { connectionAs } from "../stack/connectAs";
import { explainRefusal } from "../stack/explainRefusal";
import type { StackAccess } from "../stack/stackAccess";

/** What a stack asks of its drills, and what they have found. */
interface StackDrills {
  demands: DrillDemands;
  /** When one is due, as a cron expression in UTC. Undefined: nothing runs them by itself. */
  schedule?: string;
  /** Undefined: the container that takes backups does not exist. */
  drills: readonly LastDrill[] | undefined;
}

/** What a stack without a key asks. */
const noDemands: DrillDemands = { lossShare: 0.1 };

/** What the configuration of a stack whose server has no repository of ours asks of drills. */
export function demandsOf(stack: string): DrillDemands {
  const external = readExternalSettings(stack, configurationEnvironment(stack));
  if (external === undefined) return noDemands;
  if ("faults" in external) throw new DeclarationErrors(external.faults);
  return external.settings.backup;
}

/** The last drills of a stack. Starts nothing. Undefined: its backups are off. */
export async function readStackDrills(
  access: StackAccess,
  { migrator, tenancy }: Pick<Program, "migrator" | "tenancy">,
): Promise<StackDrills | undefined> {
  const { stack } = access;
  const docker = readDockerSettings(stack, configurationEnvironment(stack));
  if (docker !== undefined) {
    if ("faults" in docker) throw new DeclarationErrors(docker.faults);
    const { backup } = docker.settings;
    if (backup.repositories.length === 0) return undefined;
    const container = engine().getContainer(dockerNames(docker.settings).backup);
    const drills = await readLastDrills(container);
    return { demands: backup, schedule: backup.drillSchedule, drills };
  }
  const demands = demandsOf(stack);
  const last = await explainRefusal(access, connectionAs(migrator, access), (connection) =>
    findServerRecord(connection, drilledRole(tenancy)),
  );
  return { demands, drills: [last] };
}

/** What an operator should know of a stack's drills. Nothing is expected where no one has asked for drills. */
export function stackDrillWarnings(stack: string, found: StackDrills | undefined): string[] {
  const { drills = [], schedule, demands } = found ?? {};
  const isAsked = schedule !== undefined || demands?.drillWithin !== undefined;
  const expected = drills.filter(({ last }) => isAsked || last !== null);
  return drillWarnings(expected, stackName(stack), schedule);
}

/**
 * Checks that a drill has restored a stack as recently as it asks.
 *
 * @returns when the last sound one was; undefined if the stack asks for none
 * @throws UserError if none was recent enough
 */
export async function requireDrill(
  access: StackAccess,
  program: Pick<Program, "migrator" | "tenancy">,
): Promise<string | undefined> {
  const found = await readStackDrills(access, program);
  if (found?.demands.drillWithin === undefined) return undefined;
  const fault = drillFault(found.drills, found.demands.drillWithin, stackName(access.stack));
  if (fault !== undefined) {
    const [first = "", ...rest] = fault.fault;
    throw new UserError(`${first.toUpperCase()}${rest.join("")}.`, fault.remedy);
  }
  const times = (found.drills ?? []).flatMap(({ lastSound }) => lastSound ?? []);
  return times.sort().at(-1);
}
