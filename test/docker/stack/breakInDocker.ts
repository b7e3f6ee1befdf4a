import type { ByHand, ServerFileChange } from "../../drift/dockerCatalogue/byHand";
import type { DriftCase } from "../../drift/driftCase";
import { changeFile } from "../../stack/handiwork";
import { ageCertificate } from "./ageCertificates";
import type { DockerProject } from "./dockerProject";
import { actOnEngine } from "./engineActions";
import { putIntoVolume, runInVolume } from "./volumeByHand";

const folder = "/etc/hosterizer";

/** Makes by hand the change of a case. @returns a function that restores the project's files; `up` repairs the rest */
export async function breakInDocker(
  project: DockerProject,
  { break: broken }: DriftCase<ByHand>,
): Promise<() => Promise<void>> {
  const restore: (() => Promise<void>)[] = [];
  if (typeof broken === "string") await project.query(broken);
  else {
    for (const change of broken) {
      if ("volume" in change)
        await runInVolume(`${project.prefix}${change.volume}`, change.command);
      else if ("docker" in change) await actOnEngine(project.prefix, change);
      else if ("certificate" in change) await ageCertificate(project, change);
      else if ("serverFile" in change) await changeServerFile(project, change);
      else restore.unshift(await changeFile(project, change));
    }
  }
  return async () => {
    for (const one of restore) await one();
  };
}

async function changeServerFile(
  project: DockerProject,
  { serverFile, from, to }: ServerFileChange,
): Promise<void> {
  const text = await project.container("postgresql").succeed("cat", `${folder}/${serverFile}`);
  if (!`${text}\n`.includes(from)) throw new Error(`${serverFile} does not contain ${from}`);
  const volume = `${project.prefix}-postgresql-configuration`;
  await putIntoVolume(volume, { [serverFile]: `${text}\n`.replace(from, () => to) });
}
