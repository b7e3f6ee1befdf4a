import { spawn } from "node:child_process";
import { existsSync, readFileSync, statSync, utimesSync } from "node:fs";
import { join } from "node:path";

import { withSetUpLock } from "./setUpLock.mjs";

/**
 * Runs `npm ci` if node_modules is missing or does not match package-lock.json. Otherwise only reads two modification times.
 *
 * @param {string} project the project folder
 * @returns {Promise<void>}
 */
export async function installPackages(project) {
  if (areInstalled(project)) return;
  await withSetUpLock(join(project, ".hosterizer", "set-up.lock"), async () => {
    if (areInstalled(project)) return;
    process.stderr.write("Installing the packages of package-lock.json (npm ci) …\n");
    const code = await run(
      "npm",
      ["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"],
      project,
    );
    if (code !== 0) {
      const fault = `npm ci failed with exit code ${code} (see above).`;
      throw Object.assign(new Error(fault), { name: "UserError" });
    }
  });
}

/** npm records what it has installed in node_modules/.package-lock.json. */
function areInstalled(project) {
  const wanted = join(project, "package-lock.json");
  const installed = join(project, "node_modules", ".package-lock.json");
  if (!existsSync(installed)) return false;
  if (statSync(installed).mtimeMs >= statSync(wanted).mtimeMs) return true;
  if (!isSame(readPackages(wanted), readPackages(installed))) return false;
  // A checkout can change the modification time of an unchanged file; next time the times are enough again.
  const now = new Date();
  utimesSync(installed, now, now);
  return true;
}

function readPackages(path) {
  return JSON.parse(readFileSync(path, "utf8")).packages;
}

// Optional packages may be missing: most are for another operating system.
function isSame(wanted, installed) {
  return Object.entries(wanted).every(
    ([path, { version, optional }]) =>
      path === "" || (installed[path]?.version ?? (optional ? version : undefined)) === version,
  );
}

function run(command, args, cwd) {
  return new Promise((resolve, reject) => {
    // npm's output goes to stderr: stdout belongs to the command that the user asked for.
    const child = spawn(command, args, { cwd, stdio: ["ignore", 2, 2] });
    child.once("error", reject);
    child.once("exit", (code) => {
      resolve(code ?? -1);
    });
  });
}
