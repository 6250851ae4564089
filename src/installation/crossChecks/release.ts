import { isMap, type JsonPointer, segments } from '../../values/json.ts'
import type { Problem } from '../../values/problem.ts'
import { keyPosition } from '../errors/errorText.ts'
import { dataAt } from '../errors/schemaErrors.ts'
import { ANNOTATION_PREFIX, CHART_VALUES_OWNED, DEFAULTS, WORKLOADS } from '../spacelift.ts'
import type { CrossCheck, Draft } from './draft.ts'

const VALUES = ['release', 'values']

/** The chart has one source, its values leave alone what groundcrew sets, and the lock outlives the installation. */
export const checkRelease: CrossCheck = (draft) => [...chart(draft), ...ownedValues(draft), ...references(draft), ...lock(draft)]

function chart(draft: Draft): Problem[] {
  const at = ['release', 'chart']
  const given = draft.map(...at)
  if (draft.get(...at) === undefined) return []
  const sources = ['path', 'repo', 'oci'].filter((key) => key in given)
  const remedy = 'Write one of {path}, {repo, name, version} and {oci, version}.'
  if (sources.length !== 1) return [draft.conflict(at, sources.length === 0 ? 'names no source' : 'names more than one source', remedy)]
  const problems: Problem[] = []
  if ('repo' in given !== 'name' in given)
    problems.push(
      draft.conflict(
        at,
        'names a chart repository and its chart only by half',
        'Write repo and name together; oci and path hold the name.',
      ),
    )
  if ('path' in given && 'version' in given)
    problems.push(
      draft.conflict([...at, 'version'], 'means nothing beside path', 'Remove it: a chart on this machine has its own version.'),
    )
  return problems
}

function ownedValues(draft: Draft): Problem[] {
  const owned = CHART_VALUES_OWNED.filter((where) => dataAt(draft.get(...VALUES), segments(where)) !== undefined)
  return [...owned.map((where) => isSetByUs(draft, where)), ...annotations(draft), ...renamed(draft)]
}

function isSetByUs(draft: Draft, where: JsonPointer): Problem {
  return draft.conflict([...VALUES, ...segments(where)], 'is set by groundcrew', 'Remove it: it follows from the rest of the file.')
}

function annotations(draft: Draft): Problem[] {
  return WORKLOADS.flatMap(({ valuesKey }) => {
    const at = [...VALUES, valuesKey, 'podAnnotations']
    const ours = Object.keys(draft.map(...at)).filter((key) => key.startsWith(ANNOTATION_PREFIX))
    const what = `holds an annotation below ${ANNOTATION_PREFIX}, where groundcrew keeps its own`
    return ours.map((key) => ({ ...draft.conflict(at, what, 'Remove the annotation.'), at: keyPosition(draft.tree, [...at, key]) }))
  })
}

/** The guide's addresses (spacelift-mqtt, spacelift-server) follow from the chart's own name. */
function renamed(draft: Draft): Problem[] {
  const names = ['fullnameOverride', 'nameOverride'].filter((key) => {
    const value = draft.get(...VALUES, key)
    return value !== undefined && value !== '' && value !== DEFAULTS.releaseName
  })
  const remedy = 'Remove it: the addresses in the secrets need the names of the guide.'
  return names.map((key) => draft.conflict([...VALUES, key], 'renames what the guide gives fixed names', remedy))
}

/** Helm keeps the values in the cluster: what looks like a reference there would be taken literally. */
function references(draft: Draft, path: readonly string[] = VALUES): Problem[] {
  const value = draft.get(...path)
  if (Array.isArray(value)) return value.flatMap((_, i) => references(draft, [...path, `${i}`]))
  if (!isMap(value)) return []
  const [only, ...others] = Object.keys(value)
  if (others.length === 0 && (only === 'env' || only === 'file') && typeof value[only] === 'string')
    return [
      draft.conflict(
        path,
        'looks like a reference to a secret',
        'Values take none, because Helm stores them in clear: use environment, or a Secret of your own.',
      ),
    ]
  return Object.keys(value).flatMap((key) => references(draft, [...path, key]))
}

function lock(draft: Draft): Problem[] {
  const at = ['state', 'lock', 'namespace']
  const own = draft.text('kubernetes', 'namespace') ?? DEFAULTS.namespace
  const same = (draft.text(...at) ?? DEFAULTS.lockNamespace) === own
  const remedy = "Give the lock a namespace of its own: the installation's is gone after a destroy."
  const where = draft.get(...at) === undefined ? ['kubernetes', 'namespace'] : at
  return same ? [draft.conflict(where, 'puts lock and installation into one namespace', remedy)] : []
}
