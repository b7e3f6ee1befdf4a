import type { Client } from "pg";

import type { Difference } from "../../convergence/difference";
import { readSql } from "../../sql/readSql";

/** A line of pg_hba.conf. The first one that matches a connection decides. */
export interface ConnectionRule {
  type: "local" | "hostssl" | "hostnossl";
  database: string;
  user: string;
  /** Undefined for connections over the socket. */
  address?: string;
  method: "peer" | "reject" | "cert" | "scram-sha-256";
  reason: string;
}

/** The login that uses a certificate instead of a password, and the only database that it may connect to. */
export interface PoolerLogin {
  database: string;
  role: string;
}

/**
 * Who may connect, and how. No rule trusts, and none lets a network connection in without TLS.
 *
 * https://www.postgresql.org/docs/15/auth-pg-hba-conf.html
 */
export function connectionRules({ database, role }: PoolerLogin): ConnectionRule[] {
  const everyone = { database: "all", user: "all" };
  const anywhere = { address: "all" };
  // `all` does not include replication.
  const replication = { ...everyone, database: "replication", method: "reject" } as const;
  const reason = "no replica and no base backup over the network";
  return [
    {
      type: "local",
      database: "all",
      user: "postgres",
      method: "peer",
      reason: "the health check, and an operator who is inside the container already",
    },
    { type: "local", ...replication, reason },
    { type: "local", ...everyone, method: "reject", reason: "nobody else runs inside it" },
    { type: "hostnossl", ...replication, ...anywhere, reason },
    {
      type: "hostnossl",
      ...everyone,
      ...anywhere,
      method: "reject",
      reason: "nothing in plain text",
    },
    { type: "hostssl", ...replication, ...anywhere, reason },
    {
      type: "hostssl",
      database,
      user: role,
      ...anywhere,
      method: "cert",
      reason: "the pooler, by a certificate of the stack's authority made out to this role",
    },
    {
      type: "hostssl",
      database: "all",
      user: role,
      ...anywhere,
      method: "reject",
      reason: "the pooler has no business elsewhere",
    },
    {
      type: "hostssl",
      ...everyone,
      ...anywhere,
      method: "scram-sha-256",
      reason: "roles of the database, and the superuser who deploys, by password",
    },
  ];
}

/** The text of pg_hba.conf: each line below its reason. */
export function connectionRuleFile(rules: readonly ConnectionRule[]): string {
  const lines = rules.map((rule) => `# ${rule.reason}\n${connectionRuleLine(rule)}`);
  return ["# Written by hosterizer-database; the first line that fits decides.", ...lines, ""].join(
    "\n",
  );
}

/** A rule as a line of pg_hba.conf. */
export function connectionRuleLine({
  type,
  database,
  user,
  address,
  method,
}: ConnectionRule): string {
  return words(type, quote(database), quote(user), address, method);
}

/** Quotes take a keyword's meaning away: "sameuser" is a database of that name. */
function quote(name: string): string {
  return ["all", "replication"].includes(name) ? name : `"${name}"`;
}

/** A line of pg_hba.conf as the server parses it. */
export interface LiveConnectionRule {
  number: number;
  /** Null, as everything but `error`, if the server cannot parse the line. */
  type: string | null;
  database: string[] | null;
  users: string[] | null;
  address: string | null;
  netmask: string | null;
  method: string | null;
  options: string[];
  error: string | null;
}

/** Reads the lines of pg_hba.conf as the server parses them, in their order. @param client a superuser's */
export async function readConnectionRules(client: Client): Promise<LiveConnectionRule[]> {
  return (await client.query<LiveConnectionRule>(readSql(__dirname, "connectionRules"))).rows;
}

/** How the server's rules differ from the declared ones: in their lines, or else in their order. */
export function connectionRuleDrift(
  live: readonly LiveConnectionRule[],
  wanted: readonly ConnectionRule[],
): Difference[] {
  const repair = "automatic";
  const lines = live.map(describeLive);
  const declared = wanted.map(describe);
  const missing = declared
    .filter((line) => !lines.includes(line))
    .map((line): Difference => {
      const difference = { kind: "connection rule missing", object: `rule ${line}` } as const;
      return { ...difference, expected: "a line of pg_hba.conf", actual: null, repair };
    });
  const added = lines.flatMap((line, index): Difference[] => {
    if (declared.includes(line)) return [];
    const difference = {
      kind: "connection rule added",
      object: `rule ${line}`,
      expected: null,
    } as const;
    return [{ ...difference, actual: `line ${live[index]?.number ?? 0} of pg_hba.conf`, repair }];
  });
  if (missing.length > 0 || added.length > 0) return [...missing, ...added];
  if (lines.join("\n") === declared.join("\n")) return [];
  const order = { kind: "connection rule order", object: "rules of pg_hba.conf", repair } as const;
  return [{ ...order, expected: "the declared order", actual: "another" }];
}

function describe({ type, database, user, address, method }: ConnectionRule): string {
  return words(type, database, user, address, method);
}

function describeLive(rule: LiveConnectionRule): string {
  const { type, database, users, address, netmask, method, options, error } = rule;
  if (error !== null) return `that the server cannot read (${error})`;
  // The method `cert` implies this option.
  const others = options.filter(
    (option) => method !== "cert" || option !== "clientcert=verify-full",
  );
  return words(type, database?.join(), users?.join(), address, netmask, method, ...others);
}

function words(...parts: readonly (string | null | undefined)[]): string {
  return parts.filter((part) => part != null).join(" ");
}
