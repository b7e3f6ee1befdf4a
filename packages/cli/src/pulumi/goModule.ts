import { join } from "node:path";

import { folders } from "../folders";
import { pins } from "../pins";

/** A program that is built from a Go module with pinned, checksummed dependencies. */
export interface GoProgram {
  /** File name of the program. */
  name: string;
  /** Folder that it is put into. */
  destination: string;
  /** Folder with go.mod and go.sum. A module of its own each: they need different versions of the same packages. */
  directory: string;
  /** Package to build. */
  package: string;
  /** Module that decides which version the program is. */
  module: string;
  version: string;
  /** What the linker is told besides. */
  ldflags: string;
}

const { pulumiModule, languageHostModule } = pins;
// Without the symbol table the program is a third smaller, and links faster.
const stripped = "-s -w";

/** What is built where Pulumi's installer cannot be reached. */
export const goPrograms: readonly GoProgram[] = [
  {
    name: "pulumi",
    destination: join(folders.toolchain, "bin"),
    directory: join(__dirname, "go", "pulumi"),
    package: `${pulumiModule.module}/cmd/pulumi`,
    ...pulumiModule,
    ldflags: `${stripped} -X github.com/pulumi/pulumi/sdk/v3/go/common/version.Version=${pulumiModule.version}`,
  },
  {
    name: "pulumi-language-nodejs",
    // Not where Pulumi finds it: a launcher is there, see placeLaunchers.
    destination: join(folders.toolchain, "libexec"),
    directory: join(__dirname, "go", "language-nodejs"),
    package: `${languageHostModule.module}/nodejs/cmd/pulumi-language-nodejs`,
    ...languageHostModule,
    ldflags: `${stripped} -X ${languageHostModule.module}/go/common/version.Version=${languageHostModule.version}`,
  },
];
