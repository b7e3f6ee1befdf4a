import { createRequire } from "node:module";

type X509 = typeof import("@peculiar/x509");

const loadModule = createRequire(__filename);

/**
 * Loads the library that makes certificates when one is to be made. That takes a quarter of a second, which a preview that
 * makes none need not wait for; to read certificates, Node.js is enough.
 */
export function loadX509(): X509 {
  // The library's dependency container asks for it, and leaves it to the program to bring it along.
  loadModule("reflect-metadata");
  return loadModule("@peculiar/x509") as X509;
}
