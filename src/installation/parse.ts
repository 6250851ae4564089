import { pointer } from '../values/json.ts'
import type { Position } from '../values/position.ts'
import type { Problem } from '../values/problem.ts'
import { applyDefaults } from './applyDefaults.ts'
import { checkBuckets } from './crossChecks/buckets.ts'
import { Draft } from './crossChecks/draft.ts'
import { checkEnvironment } from './crossChecks/environment.ts'
import { checkRelease } from './crossChecks/release.ts'
import { checkServers } from './crossChecks/servers.ts'
import { type Issue, schemaErrors, suggestedKey } from './errors/schemaErrors.ts'
import { secretErrors } from './errors/secretErrors.ts'
import type { Installation } from './installation.ts'
import { desiredState } from './schema/schema.ts'
import { secretKeysOf } from './schema/schemaWalk.ts'
import { readYaml, type Tree } from './yaml.ts'

export type Parsed = { readonly installation: Installation } | { readonly problems: readonly Problem[] }

/**
 * Parses a desired state: pure, never throws. `file` is its name as the user gave it, for positions; `absolutePath` is
 * its path, for the paths in it. All problems are returned at once, in the order of the file, and quote no value.
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
 * The problems behind zod's issues. Secrets are checked separately, because zod's errors for a union are of no use to the
 * user. A misspelt key is not reported as missing as well.
 */
function problemsOf(tree: Tree, issues: readonly Issue[]): readonly Problem[] {
  const misspelt = new Set(issues.flatMap((issue) => suggestedPointers(tree, issue)))
  const places = secretKeysOf(tree.data)
  const isSecret = (path: readonly PropertyKey[]) => places.some((place) => place.path.every((segment, i) => String(path[i]) === segment))
  const isMisspelt = (path: readonly PropertyKey[]) => misspelt.has(pointer(...path.map(String)))
  return [
    ...issues
      .filter(({ code, path }) => !isMisspelt(path) && (code === 'invalid_key' || !isSecret(path)))
      .flatMap((issue) => schemaErrors(issue, tree)),
    ...places.filter(({ path, value }) => value !== undefined || !isMisspelt(path)).flatMap((place) => secretErrors(tree, place)),
  ]
}

function suggestedPointers(tree: Tree, issue: Issue): readonly string[] {
  const path = issue.path.map(String)
  const keys = issue.code === 'unrecognized_keys' ? issue.keys : []
  return keys.flatMap((key) => suggestedKey(tree, path, key) ?? []).map((suggestion) => pointer(...path, suggestion))
}

function crossCheck(tree: Tree): readonly Problem[] {
  const draft = new Draft(tree)
  return [checkBuckets, checkEnvironment, checkServers, checkRelease].flatMap((check) => check(draft))
}

function sorted(problems: readonly Problem[]): readonly Problem[] {
  const place = (at: Position | undefined) => (at === undefined ? 0 : at.line * 1e6 + at.col)
  const reported = new Set<string>()
  return [...problems]
    .sort((a, b) => place(a.at) - place(b.at))
    .filter(({ code, summary, at }) => {
      const key = `${code} ${summary} ${place(at)}`
      return !reported.has(key) && reported.add(key)
    })
}
