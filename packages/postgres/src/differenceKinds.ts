import type { AuditKind } from "./audit/audit";
import type { poolerKinds } from "./pooler/userLookup";
import type { rowLevelSecurityKinds } from "./rowLevelSecurity/rowLevelSecurity";
import type { migrationKinds } from "./schema/schemaDrift";
import type { SchemaKind } from "./schema/schemaRules";
import type { serverSettingsKinds } from "./server/container/serverSettings";
import type { serverDriftKinds } from "./server/embedded/server";
import type { CertificateKind } from "./tls/certificates";

/** Every kind of difference that this package finds: the compiler rejects a `Difference` of any other kind. */
declare module "./convergence/difference" {
  interface DifferenceKinds {
    audit: AuditKind;
    migrations: (typeof migrationKinds)[number];
    pooler: (typeof poolerKinds)[number];
    rowLevelSecurity:
      | (typeof rowLevelSecurityKinds)[number]
      | "tenant table missing"
      | "tenant column missing"
      | "tenant column type"
      | "sensitive column missing"
      | "signing key missing"
      | "signing key changed"
      | "signing key added"
      | "signing keys missing";
    schema: SchemaKind;
    server:
      | "server missing"
      | "server stopped"
      | (typeof serverDriftKinds)[number]
      | (typeof serverSettingsKinds)[number];
    tls: CertificateKind;
  }
}
