import { pointer } from '../values/json.ts'
import type { Position } from '../values/position.ts'
import type { Problem } from '../values/problem.ts'
import { applyDefaults } from './applyDefaults.ts'
import { crossCheck } from './crossChecks/index.ts'
import { explain, type Issue, meantKey } from './errors/schemaErrors.ts'
import { explainSecret } from './errors/secretErrors.ts'
import type { Installation } from './installation.ts'
import { desiredState } from './schema/schema.ts'
import { secretPlaces } from './schema/schemaWalk.ts'
import { readYaml, type Tree } from './yaml.ts'

export type Parsed = { readonly installation: Installation } | { readonly problems: readonly Problem[] }

/**
 * Reads a desired state: pure, never throws. `file` is its name as the person gave it, for positions; `absolutePath` is
 * where it lies, for the paths in it. All problems come at once, in the order of the file, and quote no value.
 */
export function parse(text: string, file: string, absolutePath: string): Parsed {
  const { tree, problems } = readYaml(text, file)
  if (tree === undefined) return { problems: sorted(problems) }
  const checked = desiredState.safeParse(tree.data)
  const all = [...problems, ...problemsOf(tree, checked.success ? [] : checked.error.issues), ...crossCheck(tree)]
  if (checked.success && all.length === 0) return { installation: applyDefaults(checked.data, absolutePath, tree.keys) }
  return { problems: sorted(all) }
}

/**
 * What zod found, and what is wrong at secrets: those are left out of zod's issues, because a union's own errors tell nobody
 * what to do. A key that is only misspelt is not missing as well.
 */
function problemsOf(tree: Tree, issues: readonly Issue[]): readonly Problem[] {
  const misspelt = new Set(issues.flatMap((issue) => meantPointers(tree, issue)))
  const places = secretPlaces(tree.data)
  const isSecret = (path: readonly PropertyKey[]) => places.some((place) => place.path.every((segment, i) => String(path[i]) === segment))
  const missed = (path: readonly PropertyKey[]) => misspelt.has(pointer(...path.map(String)))
  return [
    ...issues
      .filter(({ code, path }) => !missed(path) && (code === 'invalid_key' || !isSecret(path)))
      .flatMap((issue) => explain(issue, tree)),
    ...places.filter(({ path, value }) => value !== undefined || !missed(path)).flatMap((place) => explainSecret(tree, place)),
  ]
}

function meantPointers(tree: Tree, issue: Issue): readonly string[] {
  const path = issue.path.map(String)
  const keys = issue.code === 'unrecognized_keys' ? issue.keys : []
  return keys.flatMap((key) => meantKey(tree, path, key) ?? []).map((meant) => pointer(...path, meant))
}

function sorted(problems: readonly Problem[]): readonly Problem[] {
  const place = (at: Position | undefined) => (at === undefined ? 0 : at.line * 1e6 + at.col)
  const seen = new Set<string>()
  return [...problems]
    .sort((a, b) => place(a.at) - place(b.at))
    .filter(({ code, summary, at }) => {
      const key = `${code} ${summary} ${place(at)}`
      return !seen.has(key) && seen.add(key)
    })
}
