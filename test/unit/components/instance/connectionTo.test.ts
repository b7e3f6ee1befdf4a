import * as pulumi from "@pulumi/pulumi";
import { expect, test } from "vitest";

import { connectionTo, urlTo } from "../../../../components/instance/connectionTo";
import { awaitOutput } from "../../../../components/stackOutputs";

const plain = { host: pulumi.output("127.0.0.1"), port: pulumi.output(5433) };
const tls = {
  sslmode: "verify-full",
  sslrootcert: pulumi.output(".hosterizer/dev/ca.pem"),
} as const;

test("a local server is reached without TLS", async () => {
  expect(await awaitOutput(connectionTo(plain, "hosterizer", "app_user", "p"))).toStrictEqual({
    host: "127.0.0.1",
    port: 5433,
    database: "hosterizer",
    user: "app_user",
    password: "p",
  });
  expect(await awaitOutput(urlTo(plain, "hosterizer", "app_user", "p"))).toBe(
    "postgresql://app_user:p@127.0.0.1:5433/hosterizer",
  );
});

test("a server with TLS is reached only by clients that verify it", async () => {
  const instance = { ...plain, tls };
  expect(await awaitOutput(connectionTo(instance, "hosterizer", "app_user", "p"))).toMatchObject({
    sslmode: "verify-full",
    sslrootcert: ".hosterizer/dev/ca.pem",
  });
  expect(await awaitOutput(urlTo(instance, "hosterizer", "app_user", "p"))).toBe(
    "postgresql://app_user:p@127.0.0.1:5433/hosterizer?sslmode=verify-full&sslrootcert=.hosterizer/dev/ca.pem",
  );
});

test("an IPv6 address is in brackets", async () => {
  const instance = { ...plain, host: pulumi.output("::1") };
  expect(await awaitOutput(urlTo(instance, "hosterizer", "app_user", "p"))).toBe(
    "postgresql://app_user:p@[::1]:5433/hosterizer",
  );
});

test("a URL names every host, and which of them to use", async () => {
  const hosts = {
    ...plain,
    host: pulumi.output("a.example,b.example"),
    tls: { sslmode: "verify-full" as const },
  };
  expect(await awaitOutput(urlTo(hosts, "hosterizer", "app_user", "p"))).toBe(
    "postgresql://app_user:p@a.example:5433,b.example:5433/hosterizer?sslmode=verify-full&target_session_attrs=read-write",
  );
});

test("a connection is as secret as its password", async () => {
  const secret = pulumi.secret("p");
  expect(await pulumi.isSecret(connectionTo(plain, "d", "app_user", secret))).toBe(true);
  expect(await pulumi.isSecret(urlTo(plain, "d", "app_user", secret))).toBe(true);
});

test("there is no URL without a password", async () => {
  expect(await awaitOutput(urlTo(plain, "d", "app_user", undefined))).toBeUndefined();
});
