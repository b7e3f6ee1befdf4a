import { styleText } from "node:util";

/** Used if standard output is not a terminal. */
const defaultWidth = 100;

/** Width of the terminal that standard output goes to, in columns. */
export function width(): number {
  return process.stdout.columns || defaultWidth;
}

/** Styles for parts of the screen. */
export interface Paint {
  title: (text: string) => string;
  label: (text: string) => string;
  warning: (text: string) => string;
  success: (text: string) => string;
  failure: (text: string) => string;
}

/** Colours for a terminal, plain text for files and pipes. */
export function paint(isColoured: boolean): Paint {
  // The caller knows where the text goes; by default styleText would look at standard output.
  const styled = (style: "bold" | "dim" | "yellow" | "green" | "red") => (text: string) =>
    isColoured ? styleText(style, text, { validateStream: false }) : text;
  return {
    title: styled("bold"),
    label: styled("dim"),
    warning: styled("yellow"),
    success: styled("green"),
    failure: styled("red"),
  };
}

/** Colours if standard output is a terminal that shows them. */
export function paintOutput(): Paint {
  const { stdout } = process;
  return paint(stdout.isTTY && stdout.hasColors());
}
