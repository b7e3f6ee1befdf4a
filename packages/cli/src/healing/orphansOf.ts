import type { Process } from "./processes";

/** Whether a command line is that of Pulumi itself. */
export function isPulumi(command: string): boolean {
  return /(^|\/)pulumi(\s|$)/.test(command);
}

/**
 * The plugins, language hosts and programs among `processes` that work for the project in `folder` and whose Pulumi is gone.
 *
 * Known by their ancestors: the address of the engine, which each of them is given, may be another Pulumi's by now.
 */
export function orphansOf(folder: string, processes: readonly Process[]): Process[] {
  const known = new Map(processes.map((each) => [each.pid, each]));
  const hasPulumi = ({ parent }: Process): boolean => {
    // The first process has no ancestors.
    const above = parent > 1 ? known.get(parent) : undefined;
    return above !== undefined && (isPulumi(above.command) || hasPulumi(above));
  };
  return processes.filter(
    (each) => servesAnEngine(each) && worksIn(folder, each) && !hasPulumi(each),
  );
}

function servesAnEngine({ command }: Process): boolean {
  const names = /pulumi-(language|resource|analyzer)-|@pulumi\/pulumi\/cmd\/|plugins\/resource-/;
  return names.test(command) && /127\.0\.0\.1:\d+/.test(command);
}

// Where the system does not tell the folder, a path in the arguments does, which may have blanks in it.
function worksIn(folder: string, { command, directory }: Process): boolean {
  return directory === folder || ` ${command}`.includes(` ${folder}/`);
}
