import { afterAll, beforeAll, expect, test } from "vitest";

import { builtImage } from "../builtImage";
import type { TestContainer } from "../testContainer";
import { TestStack } from "../testStack";
import { serverFiles } from "./serverFiles";

const stack = new TestStack();
let pooler: TestContainer;
beforeAll(async () => {
  pooler = await stack.container({
    image: await builtImage("pgbouncer"),
    tmpfs: ["/run/pgbouncer"],
    files: {
      ...(await serverFiles()),
      "pgbouncer.ini": [
        "[pgbouncer]",
        "listen_addr = *",
        "listen_port = 6432",
        "unix_socket_dir = /run/pgbouncer",
        "auth_type = scram-sha-256",
        "client_tls_sslmode = require",
        "client_tls_key_file = /etc/hosterizer/server.key",
        "client_tls_cert_file = /etc/hosterizer/server.crt",
        "client_tls_ca_file = /etc/hosterizer/ca.crt",
        "",
      ].join("\n"),
    },
  });
  await pooler.start();
});
afterAll(() => stack.remove());

test("is healthy while it answers, even without a server or a password", async () => {
  await pooler.until("healthy");
  await pooler.succeed("sh", "-c", "kill -STOP $(pidof pgbouncer)");
  await pooler.until("unhealthy");
  await pooler.succeed("sh", "-c", "kill -CONT $(pidof pgbouncer)");
  await pooler.until("healthy");
});

test("is not healthy with a certificate that clients refuse", async () => {
  await pooler.put("/etc/hosterizer", { "ca.crt": (await serverFiles())["ca.crt"] });
  await pooler.until("unhealthy");
});

test("runs as a child of process 1, without root or capabilities, and writes only to memory", async () => {
  const script =
    "grep -h -E '^(Name|PPid|Uid|CapEff|NoNewPrivs):' /proc/1/status /proc/$(pidof pgbouncer)/status";
  const [first = "", second = ""] = (await pooler.succeed("sh", "-c", script)).split(/(?=^Name)/m);
  expect(first).toMatch(/^Name:\ttini$/m);
  expect(second).toMatch(/^Name:\tpgbouncer$/m);
  expect(second).toMatch(/^PPid:\t1$/m);
  expect(second).toMatch(/^Uid:\t6432\t6432\t6432\t6432$/m);
  expect(second).toMatch(/^CapEff:\t0{16}$/m);
  expect(second).toMatch(/^NoNewPrivs:\t1$/m);
  expect(await pooler.changes()).toEqual([]);
});

test("stops on request", async () => {
  await pooler.stop();
  expect((await pooler.inspect()).State.ExitCode).toBe(0);
  expect(await pooler.logs()).toContain("got SIGINT, shutting down");
});
