import { createRequire } from "node:module";

type X509 = typeof import("@peculiar/x509");

const loadModule = createRequire(__filename);

/**
 * Loads the library that makes certificates when one is to be made. That takes a quarter of a second, which a preview that
 * makes none need not wait for; to read certificates, Node.js is enough.
 *
 * Its dependency container refuses to load where nobody keeps the metadata of decorators. It asks for them while it loads
 * and never again, and no class of the library has any: for so long, the answer is that there are none.
 */
export function loadX509(): X509 {
  const reflect = Reflect as object as { getMetadata?: unknown; getOwnMetadata?: unknown };
  if (reflect.getMetadata !== undefined) return loadModule("@peculiar/x509") as X509;
  reflect.getMetadata = none;
  reflect.getOwnMetadata = none;
  try {
    return loadModule("@peculiar/x509") as X509;
  } finally {
    delete reflect.getMetadata;
    delete reflect.getOwnMetadata;
  }
}

function none(): undefined {
  return undefined;
}
