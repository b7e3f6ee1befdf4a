import { chown, copyFile, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

import type { KeyAndCertificate } from "../../../src/tls/certificates";
import type { Connection } from "../../../src/connection/connection";
import { rowsOf } from "../testDatabase";
import { startTestServer } from "../testServer";

/** A separate server that speaks TLS once it has a certificate. */
export interface TlsServer {
  /** How the superuser reaches it, without TLS. */
  superuser: Connection;
  /** Uses this certificate from now on. */
  show: (shown: KeyAndCertificate) => Promise<void>;
  /** Turns TLS off. */
  silence: () => Promise<void>;
  /** Lets this role log in only with certificates that the authority signed. */
  admitByCertificate: (role: string, authority: string) => Promise<void>;
  remove: () => Promise<void>;
}

export async function startTlsServer(): Promise<TlsServer> {
  const { server, port, password, remove } = await startTestServer();
  const address = { host: "127.0.0.1", port, database: "postgres" };
  const superuser: Connection = { ...address, user: "postgres", password };
  const { data } = server.paths;

  const put = async (name: string, text: string) => {
    await writeFile(join(data, name), text, { mode: 0o600 });
    if (server.account !== undefined) {
      await chown(join(data, name), server.account.uid, server.account.gid);
    }
  };
  const set = (name: string, value: string) =>
    rowsOf(superuser, `alter system set ${name} = '${value}'`);
  // A new session shows when the server has read its settings.
  const loaded = async () => {
    const sql = "select pg_catalog.pg_conf_load_time()::text as time";
    const [row] = await rowsOf<{ time: string }>(superuser, sql);
    return row?.time;
  };
  const reload = async () => {
    const before = await loaded();
    await rowsOf(superuser, "select pg_catalog.pg_reload_conf()");
    while ((await loaded()) === before) await sleep(20);
  };

  return {
    superuser,
    show: async ({ certificate, privateKey }) => {
      await put("server.crt", certificate);
      await put("server.key", privateKey);
      await set("ssl", "on");
      await reload();
    },
    silence: async () => {
      await set("ssl", "off");
      await reload();
    },
    admitByCertificate: async (role, authority) => {
      const rules = join(data, "pg_hba.conf");
      await copyFile(rules, `${rules}.before`);
      await put("authority.crt", authority);
      await set("ssl_ca_file", "authority.crt");
      await put("pg_hba.conf", `hostssl all ${role} all cert\n${await readFile(rules, "utf8")}`);
      await reload();
    },
    remove,
  };
}
