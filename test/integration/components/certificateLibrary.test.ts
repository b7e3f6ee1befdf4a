import { spawnSync } from "node:child_process";

import { expect, test } from "vitest";

test("a preview without a certificate to create does not load the library for it", () => {
  // A process of its own: others may have loaded the library.
  const script = `
    const { provider: authority } = require("./components/dynamic/authorityCertificateProvider.ts");
    const { provider: certificate } = require("./components/dynamic/certificateProvider.ts");
    const loaded = () => Object.keys(require.cache).some((file) => file.includes("/@peculiar/x509/"));
    const issued = "2026-01-01T00:00:00Z";
    const pair = { certificate: "", privateKey: "" };
    const server = {
      ...{ commonName: "db", hosts: ["127.0.0.1"], usage: "server" },
      ...{ authorityCertificate: "", authorityKey: "" },
    };
    (async () => {
      await authority.check({ commonName: "dev", issued }, { commonName: "dev" });
      await authority.diff("", { commonName: "dev", issued, ...pair }, { commonName: "dev", issued });
      await certificate.check({ ...server, issued }, server);
      await certificate.diff("", { ...server, issued, ...pair }, { ...server, issued });
      const before = loaded();
      await authority.create({ commonName: "dev", issued });
      console.log(before, loaded());
    })();`;

  const args = ["--require", "./packages/cli/preload.cjs", "-e", script];
  const { stdout, stderr } = spawnSync(process.execPath, args, {
    encoding: "utf8",
    timeout: 20_000,
  });
  expect({ stdout, stderr }).toEqual({ stdout: "false true\n", stderr: "" });
});
