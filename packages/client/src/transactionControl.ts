/**
 * Finds transaction control statements outside of strings, comments and function bodies.
 *
 * A session with standard_conforming_strings off may hide one. TransactionGuard then sees it in the server's answers.
 */
export function transactionControl(text: string): TransactionControl {
  if (!keywords.test(text)) return none;
  const found: TransactionControl = { savepointRollbacks: 0 };
  for (const words of statementWords(text)) {
    if (isSavepointRollback(words)) found.savepointRollbacks++;
    else if (found.refused === undefined && isRefused(words)) found.refused = statementName(words);
  }
  return found;
}

/** What a query string would do to its transaction, judged by its text. */
interface TransactionControl {
  /** The first statement that would begin or end a transaction, in upper case. */
  refused?: string;
  /** How many statements roll back to a savepoint. */
  savepointRollbacks: number;
}

const none: TransactionControl = { savepointRollbacks: 0 };
const keywords = /\b(?:begin|start|commit|end|rollback|abort|prepare)\b/i;

/** The first words of each statement, in upper case. https://www.postgresql.org/docs/15/sql-syntax-lexical.html */
function statementWords(text: string): string[][] {
  const statements: string[][] = [];
  let words: string[] = [];
  // A semicolon does not end a statement inside parentheses or in the body of an SQL function.
  let parentheses = 0;
  let bodies = 0;
  for (let at = 0; at < text.length;) {
    const character = text.charAt(at);
    const found = matchAt(word, text, at);
    if (found !== undefined) {
      const upper = found.toUpperCase();
      at += found.length;
      if (upper === "E" && text.charAt(at) === "'") at = endOfEscapeString(text, at);
      else bodies += bodyDepthChange(words, upper, bodies);
      if (words.length < identifyingWords) words.push(upper);
    } else if (character === ";") {
      if (parentheses === 0 && bodies === 0) {
        statements.push(words);
        words = [];
      }
      at++;
    } else if (character === "(" || character === ")") {
      parentheses += character === "(" ? 1 : -1;
      at++;
    } else {
      at = endOfOther(text, at);
    }
  }
  return [...statements, words];
}

function bodyDepthChange(words: readonly string[], upper: string, bodies: number): number {
  const isRoutine =
    words[0] === "CREATE" && (words.includes("FUNCTION") || words.includes("PROCEDURE"));
  if (!isRoutine) return 0;
  if (upper === "BEGIN" || (upper === "CASE" && bodies > 0)) return 1;
  return upper === "END" && bodies > 0 ? -1 : 0;
}

/** The number of leading words that identify a statement. */
const identifyingWords = 5;

const word = /[a-z_\u0080-\uffff][\w$\u0080-\uffff]*/iy;
const dollarQuote = /\$(?:[a-z_\u0080-\uffff][\w\u0080-\uffff]*)?\$/iy;
const lineComment = /--[^\n\r]*/y;
const rest = /[^'"$;()a-z_\u0080-\uffff/-]+/iy;

function isSavepointRollback([first, second, third]: readonly string[]): boolean {
  if (first !== "ROLLBACK") return false;
  return second === "TO" || (isOptionalWord(second) && third === "TO");
}

function isRefused([first = "", second]: readonly string[]): boolean {
  if (first === "PREPARE") return second === "TRANSACTION";
  return ["BEGIN", "START", "COMMIT", "END", "ROLLBACK", "ABORT"].includes(first);
}

function isOptionalWord(word: string | undefined): boolean {
  return word === "WORK" || word === "TRANSACTION";
}

function statementName([first = "", second]: readonly string[]): string {
  return second === "TRANSACTION" || second === "PREPARED" ? `${first} ${second}` : first;
}

/** The end of the comment, string, quoted name or other token that begins at `at`. */
function endOfOther(text: string, at: number): number {
  const character = text.charAt(at);
  if (text.startsWith("--", at)) return at + (matchAt(lineComment, text, at)?.length ?? 2);
  if (text.startsWith("/*", at)) return endOfComment(text, at);
  if (character === "'" || character === '"') return endOfQuoted(character, text, at);
  const quote = character === "$" ? matchAt(dollarQuote, text, at) : undefined;
  if (quote !== undefined) return endAfter(quote, text, at + quote.length);
  return at + (matchAt(rest, text, at)?.length ?? 1);
}

function endAfter(end: string, text: string, from: number): number {
  const found = text.indexOf(end, from);
  return found === -1 ? text.length : found + end.length;
}

/** A doubled quote inside counts as the end of one string and the start of the next, which has the same effect here. */
function endOfQuoted(quote: string, text: string, at: number): number {
  return endAfter(quote, text, at + 1);
}

function endOfEscapeString(text: string, at: number): number {
  for (let next = at + 1; next < text.length; next++) {
    const character = text.charAt(next);
    if (character === "'" && text.charAt(next + 1) !== "'") return next + 1;
    if (character === "'" || character === "\\") next++;
  }
  return text.length;
}

/** Block comments nest. */
function endOfComment(text: string, at: number): number {
  let depth = 1;
  for (let next = at + 2; next < text.length;) {
    if (text.startsWith("/*", next)) depth++;
    else if (text.startsWith("*/", next)) depth--;
    else {
      next++;
      continue;
    }
    next += 2;
    if (depth === 0) return next;
  }
  return text.length;
}

function matchAt(pattern: RegExp, text: string, at: number): string | undefined {
  pattern.lastIndex = at;
  return pattern.exec(text)?.[0];
}
