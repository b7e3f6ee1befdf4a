import * as pulumi from "@pulumi/pulumi";
import { expect, test } from "vitest";

import { presentOutputs } from "../../../components/stackOutputs";

test("omits only an output that does not exist", async () => {
  const schemaVersion = pulumi.output<number | undefined>(undefined);
  const port = pulumi.output(5433);
  const empty = pulumi.output("");

  const present = await presentOutputs({ schemaVersion, port, empty });

  expect(present).toStrictEqual({ port, empty });
});

test("a secret stays one", async () => {
  const { appPassword } = await presentOutputs({ appPassword: pulumi.secret("p") });

  expect(await pulumi.isSecret(appPassword as pulumi.Output<string>)).toBe(true);
});
