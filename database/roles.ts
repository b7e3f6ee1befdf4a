import type { RoleDeclaration } from "@hosterizer/postgres/access/declarations";
import { tenancy } from "./tenancy";

/** Owns the database and everything in it; has no login. */
export const owner = "hosterizer_owner";
/** Runs the migrations, as the owner. */
export const migrator = "hosterizer_migrator";
/** The applications' login. */
export const application = "app_user";
/**
 * The login that checks passwords, and changes them. The name of another role, such as `app_sign_in`, declares that role: the application
 * then neither reads nor rewrites credentials; see docs/tenancy.md.
 */
export const signIn: string = "app_user";
/** The login of monitoring. */
export const monitor = "app_monitor";
/** PgBouncer's login, for looking up the verifiers of its clients' passwords. */
export const pooler = "app_pooler";
/** Owns the function that PgBouncer calls; has no login. */
export const authenticator = "hosterizer_authenticator";

/** Every role of this stack. Their privileges are in grants.ts, the rows that they see in tenancy.ts. */
export const roles: readonly RoleDeclaration[] = [
  { name: owner, login: false, purpose: "owns the database and all objects" },
  {
    name: migrator,
    login: true,
    // It acts as the owner only after SET ROLE, never by accident.
    inherit: false,
    memberOf: [owner],
    purpose: "runs migrations",
  },
  { name: application, login: true, purpose: "the application, under row-level security" },
  ...(signIn === application
    ? []
    : [{ name: signIn, login: true, purpose: "signs users in, and changes their credentials" }]),
  { name: "app_readonly", login: true, purpose: "reads, under row-level security" },
  {
    name: monitor,
    login: true,
    memberOf: ["pg_monitor"],
    connectionLimit: 10,
    purpose: "monitoring",
  },
  { name: "app_backup", login: true, purpose: "reads everything for dumps" },
  { name: authenticator, login: false, purpose: "reads the verifiers that the pooler asks for" },
  {
    name: pooler,
    login: true,
    authenticates: "certificate",
    purpose: "PgBouncer, on behalf of clients that are not let in yet",
  },
  ...(tenancy.administrators === "role"
    ? [{ name: "app_admin", login: true, purpose: "the back office, sees every tenant" }]
    : []),
];
