/**
 * A command that the kernel kills when this process ends, even if that is killed: a drill that the kernel ends for want of memory would
 * leave a restore or a server at work in the volume of the next one.
 */
export function endsWithParent(
  program: string,
  args: readonly string[],
): [program: string, ...args: string[]] {
  return ["setpriv", "--pdeathsig", "KILL", program, ...args];
}
