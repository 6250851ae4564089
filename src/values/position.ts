/** A place in a file a person wrote; `line` and `col` count from 1. `file` is as the person would name it. */
export type Position = { readonly file: string; readonly line: number; readonly col: number }

/** `desired-state.yaml:12:5`, the form that editors and terminals turn into a link. */
export function showPosition(at: Position): string {
  return `${at.file}:${at.line}:${at.col}`
}
