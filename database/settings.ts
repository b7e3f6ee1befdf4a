import type { SettingDeclaration } from "../postgres/access/declarations";

/**
 * Settings that sessions begin with, beyond the server's own. None: what is set by hand with ALTER DATABASE or ALTER ROLE
 * is taken back, because one line there (`row_security`, `session_replication_role`, `app.current_user_role`) changes what
 * every later session may see.
 */
export const settings: readonly SettingDeclaration[] = [];
