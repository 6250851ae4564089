import type { Problem } from '../../values/problem.ts'
import type { Tree } from '../yaml.ts'
import { checkBuckets } from './buckets.ts'
import { Draft } from './draft.ts'
import { checkEnvironment } from './environment.ts'
import { checkRelease } from './release.ts'
import { checkServers } from './servers.ts'

/** What only several keys together show to be wrong. */
export function crossCheck(tree: Tree): readonly Problem[] {
  const draft = new Draft(tree)
  return [checkBuckets, checkEnvironment, checkServers, checkRelease].flatMap((check) => check(draft))
}
