import { expect, test } from "vitest";

import { parseHost } from "../../src/parseHost";

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
  ["npipe:////./pipe/docker_engine", "npipe:// is not known here"],
  ["http://engine:2375", "http:// is not known here"],
  ["tcp://", "it names no machine"],
  ["tcp://engine:99999", "it is no URL"],
  ["tcp://engine:2375/api", "a path has no place in it"],
  ["tcp://me@engine", "a user has no place in it"],
  ["ssh://build?a=b", "? and # have no place in it"],
])("refuses %s: %s", (url, reason) => {
  expect(() => parseHost(url, "DOCKER_HOST")).toThrow(
    `DOCKER_HOST: "${url}" is no address of a Docker engine: ${reason}.\nGive it as unix://`,
  );
});

test("repeats no password", () => {
  expect(() => parseHost("ssh://me:sesame@build", "DOCKER_HOST")).toThrow(
    /"ssh:\/\/me:…@build" .* a password has no place in it/,
  );
  expect(() => parseHost("tcp://me:sesame@:x", "DOCKER_HOST")).not.toThrow("sesame");
});
