import { join } from "node:path";

import { build, type Plugin as EsbuildPlugin } from "esbuild";

import { folders } from "../folders";
import type { Plugin } from "./plugin";

/**
 * Packages that others load and nobody comes to use here: node-postgres tries a native variant of itself, which nobody has
 * installed; dockerode has a way of its own through SSH, with native code, and one to BuildKit.
 */
const neverUsed = ["pg-native", "ssh2", "@grpc/proto-loader", "protobufjs"];

/**
 * Makes one file of a plugin of the project's own, because Pulumi starts a plugin several times a run and a bundle loads in
 * half the time.
 *
 * @returns the project's own files that went into it
 */
export async function bundlePlugin({ name }: Plugin, outfile: string): Promise<string[]> {
  const { metafile } = await build({
    absWorkingDir: folders.project,
    entryPoints: [join(folders.project, "packages", "offline-plugins", "src", name, "main.ts")],
    outfile,
    bundle: true,
    platform: "node",
    target: "node20.19",
    format: "cjs",
    loader: { ".sql": "text" },
    plugins: [leaveOut],
    sourcemap: "inline",
    metafile: true,
    logLevel: "error",
  });
  return Object.keys(metafile.inputs)
    .filter((input) => !input.includes("node_modules/") && !input.startsWith("left-out:"))
    .map((input) => join(folders.project, input));
}

/** Puts an empty module in the place of each package that is never used. */
const leaveOut: EsbuildPlugin = {
  name: "leave-out",
  setup: (bundle) => {
    const filter = new RegExp(`^(${neverUsed.join("|")})$`);
    bundle.onResolve({ filter }, ({ path }) => ({ path, namespace: "left-out" }));
    bundle.onLoad({ filter: /.*/, namespace: "left-out" }, () => ({
      contents: "module.exports = {};",
    }));
  },
};
