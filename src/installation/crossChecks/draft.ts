import { isMap } from '../../values/json.ts'
import { showPosition } from '../../values/position.ts'
import type { Problem } from '../../values/problem.ts'
import { keyPosition, type Path, showPath, valuePosition } from '../errors/errorText.ts'
import { dataAt } from '../errors/schemaErrors.ts'
import type { Tree } from '../yaml.ts'

/**
 * The file while it may still be wrong elsewhere: each check takes what has the right form and leaves the rest, so that
 * all problems come at once.
 */
export class Draft {
  readonly tree: Tree

  constructor(tree: Tree) {
    this.tree = tree
  }

  get(...path: Path): unknown {
    return dataAt(this.tree.data, path)
  }
  text(...path: Path): string | undefined {
    const value = this.get(...path)
    return typeof value === 'string' ? value : undefined
  }
  map(...path: Path): { readonly [key: string]: unknown } {
    const value = this.get(...path)
    return isMap(value) ? value : {}
  }

  /** A conflict between keys, told where `path` stands. `what` goes on after the key's name. */
  conflict(path: Path, what: string, remedy: string, detail?: string): Problem {
    const summary = `${showPath(path)} ${what}.`
    return { code: 'file/conflict', summary, at: keyPosition(this.tree, path), ...(detail !== undefined && { detail }), remedy }
  }

  /** `desired-state.yaml:12:5`, or undefined for what the file does not say. */
  place(path: Path): string | undefined {
    return this.get(...path) === undefined ? undefined : showPosition(keyPosition(this.tree, path))
  }

  /** Credentials where a plain value stands. */
  credentials(path: Path, remedy: string): Problem {
    const summary = `${showPath(path)} holds credentials in clear.`
    return { code: 'file/secret-in-clear', summary, at: valuePosition(this.tree, path), remedy }
  }
}

/** Finds what single keys cannot show. */
export type CrossCheck = (draft: Draft) => readonly Problem[]
