/** A place in the desired state; `line` and `col` start at 1. `file` is the name the user gave. */
export type Position = { readonly file: string; readonly line: number; readonly col: number }

/** `desired-state.yaml:12:5`, the form that editors and terminals link. */
export function showPosition(at: Position): string {
  return `${at.file}:${at.line}:${at.col}`
}
