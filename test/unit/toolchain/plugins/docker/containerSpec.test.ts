import { expect, test } from "vitest";

import { containerSchema } from "../../../../../toolchain/plugins/docker/containerSchema";
import {
  containerSpec,
  fingerprintLabel,
} from "../../../../../toolchain/plugins/docker/containerSpec";
import { completeState } from "../../../../../toolchain/plugins/protocol/resourceSchema";

const fingerprint = (properties: Parameters<typeof completeState>[1]) =>
  containerSpec(completeState(containerSchema, { name: "n", image: "i", ...properties })).Labels[
    fingerprintLabel
  ];
const upload = { file: "/etc/x.conf", content: "hush", executable: false, permissions: "" };

test("a container's fingerprint tells its configuration, but nothing of what is uploaded", () => {
  const same = fingerprint({ uploads: [upload] });
  expect(fingerprint({ uploads: [{ ...upload, content: "other" }] })).toBe(same);
  const others = [
    { uploads: [{ ...upload, permissions: "0600" }] },
    { uploads: [] },
    { uploads: [upload], labels: [{ label: "a", value: "b" }] },
    { uploads: [upload], networksAdvanced: [{ name: "net", aliases: [] }] },
    { uploads: [upload], memory: 64 },
    { uploads: [upload], image: "j" },
  ];
  const all = new Set([same, ...others.map(fingerprint)]);
  expect(all.size).toBe(1 + others.length);
});

test("no part of what the engine is asked for holds an upload", () => {
  const planned = completeState(containerSchema, { name: "n", image: "i", uploads: [upload] });
  expect(JSON.stringify(containerSpec(planned))).not.toContain("hush");
});
