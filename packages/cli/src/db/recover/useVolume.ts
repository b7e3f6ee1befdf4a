import { readFile } from "node:fs/promises";

import { pins } from "../../pins";
import { renderYaml, yaml } from "../../stack/configuration";
import { replaceFile } from "../../stack/replaceFile";
import { stackFiles } from "../../stack/stackFiles";

/** Declares the volume with a stack's data. The next update moves the server to it. */
export async function useVolume(stack: string, volume: string): Promise<void> {
  const file = stackFiles(stack).tracked;
  const document = yaml().parseDocument(await readFile(file, "utf8"));
  document.setIn(["config", `${pins.project}:dataVolume`], volume);
  replaceFile(file, renderYaml(document));
}
