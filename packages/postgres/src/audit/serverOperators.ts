/**
 * Login roles of those who run managed servers (Amazon RDS and Aurora, Google Cloud SQL and AlloyDB, Azure): they are
 * superusers or bypass row-level security, for backup and replication, and no customer can change that.
 */
export const serverOperators: readonly string[] = [
  "rdsadmin",
  "rdsrepladmin",
  "rdsproxyadmin",
  "cloudsqladmin",
  "cloudsqlagent",
  "cloudsqlimportexport",
  "cloudsqlobservabilityadmin",
  "cloudsqlreplica",
  "alloydbadmin",
  "alloydbagent",
  "alloydbobservability",
  "azuresu",
  "replication",
];
