import { expect, test } from "vitest";

import { containerSchema } from "../../../src/docker/containerSchema";
import { containerSpec } from "../../../src/docker/containerSpec";
import { completeState } from "../../../src/protocol/resourceSchema";

const upload = { file: "/etc/x.conf", content: "hush", executable: false, permissions: "" };

test("no request to the engine contains an upload", () => {
  const planned = completeState(containerSchema, { name: "n", image: "i", uploads: [upload] });
  expect(JSON.stringify(containerSpec(planned))).not.toContain("hush");
});
