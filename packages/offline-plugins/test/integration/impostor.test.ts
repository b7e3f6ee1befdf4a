import { expect, test } from "vitest";

import { ruses, startImpostor } from "../../../client/test/impostor";
import { startPlugin } from "./pluginClient";

const password = "only the server may check this";

test.each(ruses)(
  "a program that tries %s on the server's port gets nothing from the plugin",
  async (ruse) => {
    const impostor = await startImpostor(ruse);
    const plugin = await startPlugin();
    try {
      const args = { host: "127.0.0.1", port: String(impostor.port), password, sslmode: "disable" };
      await plugin.call("configure", { args });
      const created = plugin.call("create", {
        urn: "urn:pulumi:dev::test::postgresql:index/role:Role::role",
        properties: { name: "role", login: true, password: "another" },
      });
      await expect(created).rejects.toThrow("instead of proving by SCRAM");
    } finally {
      await plugin.close();
      await impostor.stop();
    }
    expect(impostor.received.filter((sent) => !/^p (SCRAM-SHA-256|c=)/.test(sent))).toEqual([]);
  },
);
