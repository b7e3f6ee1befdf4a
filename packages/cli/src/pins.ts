/** The versions that the set-up depends on. A test compares them with package.json, go.mod and Pulumi.yaml. */
export const pins = {
  /** Name in Pulumi.yaml. */
  project: "hosterizer-database",
  /** Oldest Pulumi that understands the SDK in package.json; the installer installs this one. */
  pulumi: "3.248.0",
  /** Pulumi's command line, built from its Go module where the installer cannot be reached. */
  pulumiModule: { module: "github.com/pulumi/pulumi/pkg/v3", version: "v3.274.1" },
  /** Its Node.js language host: the last release that is a Go module. */
  languageHostModule: { module: "github.com/pulumi/pulumi/sdk/v3", version: "v3.68.0" },
  /** `nodeargs` in Pulumi.yaml, where that release does not read it. */
  nodeArguments: "--max-semi-space-size=32 --require ./packages/cli/preload.cjs",
  /** The postgresql plugin, the same version as the package @pulumi/postgresql. */
  postgresqlPlugin: "3.18.1",
  /** The docker plugin, the same version as the package @pulumi/docker. */
  dockerPlugin: "5.2.0",
} as const;
