/** The versions that the set-up depends on. A test compares them with package.json, go.mod and Pulumi.yaml. */
export const pins = {
  /** Name in Pulumi.yaml. */
  project: "hosterizer-database",
  /** Oldest Pulumi that understands the SDK in package.json. */
  pulumi: "3.248.0",
  /**
   * The release that is downloaded, with the SHA-256 sum of its archive for each machine, as Pulumi's own formula for Homebrew has them:
   * https://github.com/pulumi/homebrew-tap/blob/7dd5dff/Formula/pulumi.rb.
   */
  pulumiRelease: {
    version: "3.248.0",
    archives: {
      "linux-x64": "a13732d8921f99d70b9ae270d79c3b575bb37707fce7486e64fef333afc11ae0",
      "linux-arm64": "c0287edf11cac0f0f77378b17b843ef6cb7f39252c9fcc1d2ba62145d6d96d58",
      "darwin-x64": "c0ddbbdf20dcee54b5c542106956fedb0c61b9b11f103a6e2a6d4df4bb64bc5a",
      "darwin-arm64": "1c42c8e4c504c12e8cdce42a638ff47a4786afbaebf2f381563bb01f2fadbe48",
    },
  },
  /** Pulumi's command line, built from its Go module where the release cannot be downloaded. */
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
