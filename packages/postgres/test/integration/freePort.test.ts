import { execa } from "execa";
import { expect, test } from "vitest";

import { freePort } from "./freePort";

// Concurrently, and with only a few free ports.
test("no two tests are given the same port, in one process or in several", async () => {
  const program = `
    require("node:crypto").randomInt = () => 15000 + Math.floor(Math.random() * 60);
    const { freePort } = require("./packages/postgres/test/integration/freePort");
    const ports = [];
    (async () => {
      for (let count = 0; count < 10; count++) ports.push(await freePort());
      console.log(JSON.stringify(ports));
      await new Promise((resolve) => process.stdin.once("data", resolve));
      process.exit();
    })();`;
  const others = [1, 2].map(() => execa("node", ["--require", "tsx/cjs", "--eval", program]));
  try {
    const given = await Promise.all(
      others.map(
        (other) =>
          new Promise<number[]>((resolve, reject) => {
            other.stdout.once("data", (line: Buffer) => {
              resolve(JSON.parse(String(line)) as number[]);
            });
            other.catch(reject);
          }),
      ),
    );
    const own = await Promise.all(Array.from({ length: 10 }, () => freePort()));
    const ports = [...given.flat(), ...own];
    expect(new Set(ports).size).toBe(ports.length);
  } finally {
    for (const other of others) other.stdin.end("\n");
    await Promise.all(others);
  }
});
