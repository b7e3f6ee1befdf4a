import { steadyProgress } from "../../terminal";

/**
 * Tells how far pgBackRest is, for each tenth at most.
 *
 * @param done what has become of the files: "copied", "restored"
 * @returns reads a line of what it prints at the level `detail`
 */
export function copyProgress(done: string): (line: string) => void {
  const progress = steadyProgress();
  let told = 0;
  return (line) => {
    const percent = /(?:backup|restore) file .*, (\d+)(?:\.\d+)?%\)/.exec(line)?.[1];
    if (percent === undefined || Number(percent) < told + 10) return;
    told = Number(percent);
    progress(`  ${percent} % ${done}`);
  };
}
