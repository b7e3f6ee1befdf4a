import type { Client } from "pg";

import type { Tenancy } from "../rowLevelSecurity/tenancy";
import {
  type Expectation,
  type NotProven,
  type ProofCell,
  type ProofCommand,
  type SessionContext,
  sessionContexts,
} from "./isolationProof";
import { judgeCell, runProbe } from "./runProbe";
import type { Probe } from "./probes";
import {
  contextVariants,
  expectedRows,
  type RoleKind,
  type SignFor,
  type TenantPair,
} from "./contexts";
import type { Privilege } from "./tableShapes";
import { type ProofTable, tenantColumn } from "./tenantRows";

/** A role's session inside its transaction. */
export interface ProofSession {
  client: Client;
  role: string;
  kind: RoleKind;
  administrators: Tenancy["administrators"];
  /** Given if contexts are signed. */
  sign?: SignFor | undefined;
  /** Rights of the role that the owner lacks. If there are any, nothing that the owner defines is run as this role. */
  beyondOwner?: string | undefined;
}

/** Collects the results for one table and one role. */
export class TableProof {
  readonly cells: ProofCell[] = [];
  readonly notProven: NotProven[] = [];

  constructor(
    private readonly session: ProofSession,
    readonly table: ProofTable,
  ) {}

  /** Tries a probe in a context. Reads try every variant; the first failure decides. */
  async tryIn(context: SessionContext, probe: Probe, expected: Expectation, pair: TenantPair) {
    const { client, sign, beyondOwner } = this.session;
    if (beyondOwner !== undefined) {
      this.judgeByCatalog(context, probe, beyondOwner);
      return;
    }
    const variants = contextVariants(pair, sign)[context];
    const tried = probe.command === "SELECT" ? variants : variants.slice(0, 1);
    let last: ReturnType<typeof judgeCell> | undefined;
    for (const variables of tried) {
      const observed = await runProbe(client, probe, variables, pair, sign);
      if (observed.kind === "read-only") {
        this.skip([probe.command], "the server accepts no writes");
        return;
      }
      last = judgeCell(probe.command, expected, observed);
      if (last.ok) continue;
      const { token } = variables;
      const says =
        `id ${JSON.stringify(variables.id)}, role ${JSON.stringify(variables.role)}` +
        (token === undefined ? "" : `, token ${JSON.stringify(token.slice(0, 20))}`);
      last.detail = [last.detail, `as ${says.slice(0, 110)}`].filter(Boolean).join("; ");
      break;
    }
    if (last !== undefined) this.add(probe.command, context, expected, last, probe.object);
  }

  /** Without running the statement: planning it evaluates policies' functions before privileges are checked. */
  private judgeByCatalog(context: SessionContext, { command, object }: Probe, beyondOwner: string) {
    const isRefused = this.lacks(command) || (command === "ALTER" && !this.table.shape.isOwned);
    const refused = { ok: true, found: "refused", detail: "" };
    if (isRefused) this.add(command, context, "refused", refused, object);
    else
      this.skip([command], `it may, and has ${beyondOwner}: nothing of the owner's is run as it`);
  }

  /** A role may have a privilege on some columns only, and each statement names the tenant's column. */
  private lacks(command: ProofCommand): boolean {
    const { shape } = this.table;
    const may = tenantColumn(this.table)?.may ?? shape.privileges;
    return needs[command].some((one) => {
      const isNamed = one === "SELECT" || one === "INSERT" || (one === "UPDATE" && isMove(command));
      return isNamed ? !may[one] : !shape.privileges[one];
    });
  }

  /** Tries a probe in every context that the contract answers for. */
  async tryEverywhere(probe: Probe, pair: TenantPair) {
    for (const context of sessionContexts) {
      await this.tryIn(context, probe, this.expected(probe.command, context), pair);
    }
  }

  add(
    command: ProofCommand,
    context: ProofCell["context"],
    expected: Expectation,
    { ok, found, detail }: { ok: boolean; found: string; detail: string },
    object?: string,
  ): void {
    const { schema, table } = this.table;
    const { role } = this.session;
    const whole = [object, detail].filter((text) => text !== undefined && text !== "").join(": ");
    this.cells.push({ role, schema, table, command, context, expected, found, ok, detail: whole });
  }

  skip(commands: readonly ProofCommand[], reason: string): void {
    const { schema, table } = this.table;
    const known = this.notProven.some(
      (one) => one.reason === reason && String(one.commands) === String(commands),
    );
    if (!known) this.notProven.push({ role: this.session.role, schema, table, commands, reason });
  }

  /** Whether the role may see every row anyway. */
  get seesAll(): boolean {
    return this.session.kind === "backup";
  }

  /** Whether the catalog is consulted instead of running statements as the role. */
  get isJudgedByCatalog(): boolean {
    return this.session.beyondOwner !== undefined;
  }

  /** Whether a command passed in a context. */
  holds(command: ProofCommand, context: SessionContext): boolean {
    return this.cells.some(
      (cell) => cell.command === command && cell.context === context && cell.ok,
    );
  }

  /** Whether the tenant's column is an identity that is always generated, which UPDATE cannot change. */
  private get isNumbered(): boolean {
    return tenantColumn(this.table)?.identity === "a";
  }

  /** The outcome that the contract and the role's privileges require. */
  expected(command: ProofCommand, context: SessionContext): Expectation {
    const { kind, administrators } = this.session;
    if (this.lacks(command)) return "refused";
    if (isMove(command) && this.isNumbered) return "refused";
    const rows = expectedRows(kind, administrators, context);
    if (command === "INSERT" || command === "ON CONFLICT" || command === "FOREIGN KEY") {
      return rows === "both" ? "allowed" : "refused";
    }
    if (!isMove(command)) return rows;
    if (rows === "none") return "none";
    return rows === "both" ? "allowed" : "refused";
  }
}

/** Whether the command moves rows to another tenant. */
function isMove(command: ProofCommand): boolean {
  return command === "MOVE" || command === "MOVE all";
}

const reads: readonly Privilege[] = ["SELECT"];
const updates: readonly Privilege[] = ["SELECT", "UPDATE"];

/** The privileges that a command requires. */
const needs: Record<ProofCommand, readonly Privilege[]> = {
  "ROW SECURITY": [],
  FORCE: [],
  "INSERT own": ["INSERT"],
  SELECT: reads,
  "FOR UPDATE": updates,
  CURSOR: reads,
  PREPARED: reads,
  "COPY TO": reads,
  VIEW: [],
  FUNCTION: [],
  UPDATE: updates,
  DELETE: ["SELECT", "DELETE"],
  MERGE: updates,
  MOVE: updates,
  "UPDATE all": ["UPDATE"],
  "DELETE all": ["DELETE"],
  "MOVE all": updates,
  INSERT: ["INSERT"],
  "ON CONFLICT": ["SELECT", "INSERT", "UPDATE"],
  "FOREIGN KEY": ["INSERT"],
  "COPY FROM": ["INSERT"],
  TRUNCATE: ["TRUNCATE"],
  REFERENCES: ["REFERENCES"],
  TRIGGER: ["TRIGGER"],
  ALTER: [],
};
