import { expect, test } from "vitest";

import { parseHost } from "../../../../src/server/dockerEngine/engineAddress";

const tls = { verify: true };

test.each([
  { url: "unix:///run/d.sock", address: { kind: "socket", path: "/run/d.sock" } },
  { url: "tcp://engine:2400", address: { kind: "tcp", host: "engine", port: 2400 } },
  { url: "engine:2400", address: { kind: "tcp", host: "engine", port: 2400 } },
  { url: "tcp://10.0.0.9/", address: { kind: "tcp", host: "10.0.0.9", port: 2375 } },
  { url: "tcp://engine", tls, address: { kind: "tcp", host: "engine", port: 2376, tls } },
  { url: "tcp://[fd00::1]:2400", address: { kind: "tcp", host: "fd00::1", port: 2400 } },
  { url: "ssh://build", address: { kind: "ssh", host: "build" } },
  {
    url: "ssh://j%20doe@build:2222/run/d.sock",
    address: { kind: "ssh", user: "j doe", host: "build", port: 2222, socket: "/run/d.sock" },
  },
])("reads $url", ({ url, tls, address }) => {
  expect(parseHost(url, "DOCKER_HOST", tls)).toEqual({ url, source: "DOCKER_HOST", ...address });
});

test.each([
  ["unix://docker.sock", "it needs the absolute path of a socket"],
  ["npipe:////./pipe/docker_engine", "npipe:// is not supported"],
  ["http://engine:2375", "http:// is not supported"],
  ["tcp://", "it names no host"],
  ["tcp://engine:99999", "it is not a URL"],
  ["tcp://engine:2375/api", "it must not contain a path"],
  ["tcp://me@engine", "it must not contain a user"],
  ["ssh://build?a=b", "it must not contain ? or #"],
])("refuses %s: %s", (url, reason) => {
  expect(() => parseHost(url, "DOCKER_HOST")).toThrow(
    `DOCKER_HOST: "${url}" is not the address of a Docker engine: ${reason}.\nWrite it as unix://`,
  );
});

test("repeats no password", () => {
  expect(() => parseHost("ssh://me:sesame@build", "DOCKER_HOST")).toThrow(
    /"ssh:\/\/me:…@build" .* it must not contain a password/,
  );
  expect(() => parseHost("tcp://me:sesame@:x", "DOCKER_HOST")).not.toThrow("sesame");
});
