/** What brings a stack up. */
export function upCommand(stack: string): string {
  return stack === "local" ? "npm run up" : `npm run up -- --stack ${stack}`;
}
