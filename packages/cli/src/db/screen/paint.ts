import { styleText } from "node:util";

/** How parts of the screen stand out. */
export interface Paint {
  title: (text: string) => string;
  label: (text: string) => string;
  warning: (text: string) => string;
  success: (text: string) => string;
  failure: (text: string) => string;
}

/** Colours where they are seen, plain text in files and pipes. */
export function paint(isColoured: boolean): Paint {
  // The caller knows where the text goes; by default styleText would ask about standard output.
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
