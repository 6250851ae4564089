import { isMap } from '../../values/json.ts'
import { showPosition } from '../../values/position.ts'
import type { Problem } from '../../values/problem.ts'
import { keyPosition, type Path, showPath, valuePosition } from '../errors/errorText.ts'
import { dataAt } from '../errors/schemaErrors.ts'
import type { Tree } from '../yaml.ts'

/**
 * A file that may still have other errors: each check reads the values of the right type and ignores the rest, so that
 * all problems are reported at once.
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

  /** A conflict between keys, reported at `path`. The key's name is the subject of `what`. */
  conflict(path: Path, predicate: string, remedy: string, detail?: string): Problem {
    const summary = `${showPath(path)} ${predicate}.`
    return { code: 'file/conflict', summary, at: keyPosition(this.tree, path), ...(detail !== undefined && { detail }), remedy }
  }

  /** `desired-state.yaml:12:5`, or undefined for a key that the file does not have. */
  positionText(path: Path): string | undefined {
    return this.get(...path) === undefined ? undefined : showPosition(keyPosition(this.tree, path))
  }

  /** Credentials in a plain value. */
  credentialsInClear(path: Path, remedy: string): Problem {
    const summary = `${showPath(path)} contains credentials in clear text.`
    return { code: 'file/secret-in-clear', summary, at: valuePosition(this.tree, path), remedy }
  }
}

/** Finds problems that involve several keys. */
export type CrossCheck = (draft: Draft) => readonly Problem[]
