import { isMap, type JsonPointer, segments } from '../../values/json.ts'
import type { Problem } from '../../values/problem.ts'
import { keyPosition } from '../errors/errorText.ts'
import { dataAt } from '../errors/schemaErrors.ts'
import { ANNOTATION_PREFIX, CHART_VALUES_OWNED, DEFAULTS, WORKLOADS } from '../spacelift.ts'
import type { CrossCheck, Draft } from './draft.ts'

const VALUES = ['release', 'values']

/** The chart has one source, its values do not override groundcrew's, and the lock outlives the installation. */
export const checkRelease: CrossCheck = (draft) => [...chart(draft), ...ownedValues(draft), ...referencesInValues(draft), ...lock(draft)]

function chart(draft: Draft): Problem[] {
  const at = ['release', 'chart']
  const declared = draft.map(...at)
  if (draft.get(...at) === undefined) return []
  const sources = ['path', 'repo', 'oci'].filter((key) => key in declared)
  const remedy = 'Write one of {path}, {repo, name, version} and {oci, version}.'
  if (sources.length !== 1) return [draft.conflict(at, sources.length === 0 ? 'names no source' : 'names more than one source', remedy)]
  const problems: Problem[] = []
  if ('repo' in declared !== 'name' in declared)
    problems.push(draft.conflict(at, 'has only one of repo and name', 'Write repo and name together; oci and path contain the name.'))
  if ('path' in declared && 'version' in declared)
    problems.push(draft.conflict([...at, 'version'], 'has no effect with path', 'Remove it: a chart on this machine has its own version.'))
  return problems
}

function ownedValues(draft: Draft): Problem[] {
  const owned = CHART_VALUES_OWNED.filter((pointer) => dataAt(draft.get(...VALUES), segments(pointer)) !== undefined)
  return [...owned.map((pointer) => setByGroundcrew(draft, pointer)), ...annotations(draft), ...nameOverrides(draft)]
}

function setByGroundcrew(draft: Draft, pointer: JsonPointer): Problem {
  return draft.conflict([...VALUES, ...segments(pointer)], 'is set by groundcrew', 'Remove it: it is derived from the rest of the file.')
}

function annotations(draft: Draft): Problem[] {
  return WORKLOADS.flatMap(({ valuesKey }) => {
    const at = [...VALUES, valuesKey, 'podAnnotations']
    const ours = Object.keys(draft.map(...at)).filter((key) => key.startsWith(ANNOTATION_PREFIX))
    const predicate = `has an annotation with the prefix ${ANNOTATION_PREFIX}, which is reserved for groundcrew`
    return ours.map((key) => ({ ...draft.conflict(at, predicate, 'Remove the annotation.'), at: keyPosition(draft.tree, [...at, key]) }))
  })
}

/** The guide's host names (spacelift-mqtt, spacelift-server) contain the chart's own name. */
function nameOverrides(draft: Draft): Problem[] {
  const names = ['fullnameOverride', 'nameOverride'].filter((key) => {
    const value = draft.get(...VALUES, key)
    return value !== undefined && value !== '' && value !== DEFAULTS.releaseName
  })
  const remedy = "Remove it: the host names in the secrets require the guide's names."
  return names.map((key) => draft.conflict([...VALUES, key], 'renames resources whose names the guide fixes', remedy))
}

/** Helm stores the values in the cluster: a reference there would be used literally. */
function referencesInValues(draft: Draft, path: readonly string[] = VALUES): Problem[] {
  const value = draft.get(...path)
  if (Array.isArray(value)) return value.flatMap((_, i) => referencesInValues(draft, [...path, `${i}`]))
  if (!isMap(value)) return []
  const [only, ...others] = Object.keys(value)
  if (others.length === 0 && (only === 'env' || only === 'file') && typeof value[only] === 'string')
    return [
      draft.conflict(
        path,
        'looks like a reference to a secret',
        'Values support no references, because Helm stores them in clear text: use environment, or a Secret of your own.',
      ),
    ]
  return Object.keys(value).flatMap((key) => referencesInValues(draft, [...path, key]))
}

function lock(draft: Draft): Problem[] {
  const at = ['state', 'lock', 'namespace']
  const own = draft.text('kubernetes', 'namespace') ?? DEFAULTS.namespace
  const same = (draft.text(...at) ?? DEFAULTS.lockNamespace) === own
  const remedy = "Give the lock a namespace of its own: destroy deletes the installation's."
  const conflictPath = draft.get(...at) === undefined ? ['kubernetes', 'namespace'] : at
  return same ? [draft.conflict(conflictPath, 'puts the lock and the installation into one namespace', remedy)] : []
}
