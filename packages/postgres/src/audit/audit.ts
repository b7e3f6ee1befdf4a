import type {
  ExtensionDeclaration,
  GrantDeclaration,
  RoleDeclaration,
  SchemaDeclaration,
  SettingDeclaration,
} from "../access/declarations";
import type { UserLookup } from "../pooler/userLookup";
import type { Tenancy } from "../rowLevelSecurity/tenancy";

/** All that is declared about who may do what. What is not in here, nobody may do. */
export interface Audit {
  /** Owns the database and everything in it. */
  owner: string;
  roles: readonly RoleDeclaration[];
  /** All of them, those that take from `public` too. */
  grants: readonly GrantDeclaration[];
  /** Beside `public`. */
  schemas: readonly SchemaDeclaration[];
  extensions: readonly ExtensionDeclaration[];
  tenancy: Tenancy;
  settings: readonly SettingDeclaration[];
  /** What the pooler looks verifiers up with is looked after by a resource of its own. Default: there is nothing. */
  lookup?: UserLookup;
}
