import { expect, test } from "vitest";

import { containerSchema } from "../../../../../toolchain/plugins/docker/containerSchema";
import { containerSpec } from "../../../../../toolchain/plugins/docker/containerSpec";
import { completeState } from "../../../../../toolchain/plugins/protocol/resourceSchema";

const upload = { file: "/etc/x.conf", content: "hush", executable: false, permissions: "" };

test("no part of what the engine is asked for holds an upload", () => {
  const planned = completeState(containerSchema, { name: "n", image: "i", uploads: [upload] });
  expect(JSON.stringify(containerSpec(planned))).not.toContain("hush");
});
