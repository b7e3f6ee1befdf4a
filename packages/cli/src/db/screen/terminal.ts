import { paint } from "./paint";

/** Where nobody says how wide the terminal is. */
const usualWidth = 100;

/** Columns of the screen that standard output goes to. */
export function width(): number {
  return process.stdout.columns || usualWidth;
}

/** Colours what is printed, where standard output is a screen that shows colours. */
export function paintOutput() {
  const { stdout } = process;
  return paint(stdout.isTTY && stdout.hasColors());
}
