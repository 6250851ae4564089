import type { Position } from '../values/position.ts'
import type { Problem } from '../values/problem.ts'
import { complete } from './complete.ts'
import { crossCheck } from './crossChecks/index.ts'
import { explain } from './explain.ts'
import { explainSecret } from './explainSecret.ts'
import type { Installation } from './installation.ts'
import { desiredState } from './schema.ts'
import { secretPlaces } from './schemaWalk.ts'
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
  const all = [
    ...problems,
    ...(checked.success ? [] : schemaProblems(checked.error.issues, tree)),
    ...secretProblems(tree),
    ...crossCheck(tree),
  ]
  if (checked.success && all.length === 0) return { installation: complete(checked.data, absolutePath, tree.keys) }
  return { problems: sorted(all) }
}

/** Issues at secrets are left to {@link secretProblems}: a union's own errors tell nobody what to do. */
function schemaProblems(issues: Parameters<typeof explain>[0][], tree: Tree): readonly Problem[] {
  const secrets = secretPlaces(tree.data).map(({ path }) => path)
  const atSecret = (path: readonly PropertyKey[]) => secrets.some((secret) => secret.every((segment, i) => String(path[i]) === segment))
  return issues.filter(({ code, path }) => code === 'invalid_key' || !atSecret(path)).flatMap((issue) => explain(issue, tree))
}

function secretProblems(tree: Tree): readonly Problem[] {
  return secretPlaces(tree.data).flatMap((place) => explainSecret(tree, place))
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
