import type { AuditKind } from "./audit/audit";
import type { PoolerKind } from "./pooler/poolerKinds";
import type {
  rowLevelSecurityKinds,
  tenancyDeclarationKinds,
} from "./rowLevelSecurity/rowLevelSecurityKinds";
import type { signingKeyKinds } from "./rowLevelSecurity/signedContext/planSigningKeys";
import type { migrationKinds } from "./schema/migrationFindings";
import type { SchemaKind } from "./schema/schemaKinds";
import type { serverSettingsKinds } from "./server/container/serverSettingsKinds";
import type { serverDriftKinds } from "./server/embedded/serverDriftKinds";
import type { CertificateKind } from "./tls/certificateKinds";

/** Every kind of difference that this package finds: the compiler rejects a `Difference` of any other kind. */
declare module "./convergence/difference" {
  interface DifferenceKinds {
    audit: AuditKind;
    migrations: (typeof migrationKinds)[number];
    pooler: PoolerKind;
    rowLevelSecurity:
      | (typeof rowLevelSecurityKinds)[number]
      | (typeof tenancyDeclarationKinds)[number]
      | (typeof signingKeyKinds)[number];
    schema: SchemaKind;
    server:
      | "server missing"
      | "server stopped"
      | (typeof serverDriftKinds)[number]
      | (typeof serverSettingsKinds)[number];
    tls: CertificateKind;
  }
}
