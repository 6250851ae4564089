import { createHash } from 'node:crypto'
import type { Installation } from '../../installation/installation.ts'
import { ANNOTATION_PREFIX, SECRET_NAMES, WORKLOADS, type Workload } from '../../installation/spacelift.ts'
import { type Address, address } from '../../values/address.ts'
import { canonicalJson, isMap, type JsonPointer, pointer } from '../../values/json.ts'
import { ProblemError } from '../../values/problem.ts'
import type { HelmValues } from '../../world/ports/helm.ts'
import type { OutdatedReaders, Upstream } from '../kind.ts'
import { merge } from './values.ts'

/** The chart has no checksum of the secrets its pods read: these annotations restart exactly the readers of what changed. */
export const SECRETS_ANNOTATION = `${ANNOTATION_PREFIX}secrets`
export const IMAGE_ANNOTATION = `${ANNOTATION_PREFIX}image`

/** The Deployments these values switch on. */
export function workloads(values: HelmValues): readonly Workload[] {
  return WORKLOADS.filter((one) => one.byDefault || isEnabled(values[one.valuesKey]))
}

/** The secrets a Deployment reads. */
export function secretsOf(it: Installation, workload: Workload): readonly Address[] {
  return workload.secrets.map((reader) => address('secret', it.kubernetes.namespace, SECRET_NAMES[reader]))
}

/** The images whose content a Deployment runs or hands on. */
export function imagesOf(workload: Workload): readonly Address[] {
  return workload.valuesKey === 'drain' ? [address('image', 'backend'), address('image', 'launcher')] : [address('image', 'backend')]
}

/** `values` with the annotations of these workloads: what each reads, as it will be after this plan. */
export function track(
  values: HelmValues,
  it: Installation,
  tracked: readonly Workload[],
  upstream: Upstream,
  deployed: HelmValues = {},
): HelmValues {
  const over = tracked.map((one) => [one.valuesKey, { podAnnotations: annotations(it, one, upstream, deployed) }] as const)
  return merge(values, Object.fromEntries(over))
}

function annotations(it: Installation, workload: Workload, upstream: Upstream, deployed: HelmValues): Annotations {
  const images = imagesOf(workload)
  const secrets = secretsOf(it, workload)
  const before = deployedAnnotations(deployed, workload)
  const repairs = { isRepaired: images.some(upstream.changes), ran: images.flatMap((one) => ranInstead(upstream, one, workload)) }
  const isStale = secrets.some((one) => upstream.outdatedReaders(one).has(workload.deployment))
  return {
    [SECRETS_ANNOTATION]: withRepairCount(digest(secrets, upstream), before[SECRETS_ANNOTATION], { isRepaired: isStale, ran: [] }),
    [IMAGE_ANNOTATION]: withRepairCount(digest(images, upstream), before[IMAGE_ANNOTATION], repairs),
  }
}

/** What the pods of a Deployment run instead of an image that is as wanted: the beginning of each digest. */
function ranInstead(upstream: Upstream, image: Address, { deployment }: Workload): readonly string[] {
  return (upstream.outdatedReaders(image).get(deployment) ?? []).map((one) => one.replace(/^sha256:/, '').slice(0, 12))
}

const REPAIR_COUNT = /^([0-9a-f]+)(?:\.(\d+)((?:-[0-9a-f]+)*))?$/

/**
 * A tag or a secret that is put back is what it was, and so is its digest, but pods may have started from it meanwhile: the
 * count of repairs behind the digest (`HEX.2`) restarts them. So does what they are known to run instead (`HEX.3-ab12`): once, for if
 * they come back with it, no restart helps.
 */
function withRepairCount(digest: string, deployed: unknown, { isRepaired, ran }: { isRepaired: boolean; ran: readonly string[] }): string {
  const [, was, count = '0', left = ''] = REPAIR_COUNT.exec(String(deployed)) ?? []
  if (was !== digest) return digest
  const isNew = ran.some((one) => !left.split('-').includes(one))
  if (isRepaired || isNew) return [`${digest}.${Number(count) + 1}`, ...(isRepaired ? [] : ran)].join('-')
  return deployed as string
}

/**
 * Where the values, and the objects rendered from them, differ from what is deployed only because pods are restarted after a
 * repair; of a stale workload that was not tracked yet all that tracks it.
 */
export function repairedAt(deployed: HelmValues, wanted: HelmValues, stale: OutdatedReaders): readonly JsonPointer[] {
  return WORKLOADS.flatMap((one) => {
    const isNew = stale.has(one.deployment) && !isTracked(deployed, one)
    return [SECRETS_ANNOTATION, IMAGE_ANNOTATION].flatMap((name) =>
      isNew || isCounted(name, one, deployed, wanted) ? places(name, one) : [],
    )
  })
}

function isCounted(name: string, workload: Workload, deployed: HelmValues, wanted: HelmValues): boolean {
  const [before, after] = [deployed, wanted].map((values) => deployedAnnotations(values, workload)[name])
  const [was, now] = [before, after].map((text) => REPAIR_COUNT.exec(String(text))?.[1])
  return before !== after && now !== undefined && was === now
}

function places(name: string, workload: Workload): readonly JsonPointer[] {
  return [
    pointer('values', workload.valuesKey, 'podAnnotations', name),
    pointer('objects', `apps/Deployment/${workload.deployment}`, 'spec', 'template', 'metadata', 'annotations', name),
  ]
}

/** True when the deployed values already carry our annotations for this workload. */
export function isTracked(deployed: HelmValues, workload: Workload): boolean {
  return Object.keys(deployedAnnotations(deployed, workload)).some((name) => name.startsWith(ANNOTATION_PREFIX))
}

type Annotations = { readonly [name: string]: unknown }

function deployedAnnotations(deployed: HelmValues, { valuesKey }: Workload): Annotations {
  const own = deployed[valuesKey]
  const pods = isMap(own) ? own.podAnnotations : undefined
  return isMap(pods) ? pods : {}
}

/** What is read is keyed fingerprints and digests already; this only makes one short word of them. */
function digest(sources: readonly Address[], upstream: Upstream): string {
  const served = sources.map((source) => {
    const facts = upstream.exposedTo(source)
    if (facts === undefined) throw new ProblemError(blocked(source))
    return [source, facts] as const
  })
  return createHash('sha256')
    .update(canonicalJson(Object.fromEntries(served)))
    .digest('hex')
    .slice(0, 32)
}

function isEnabled(values: unknown): boolean {
  return isMap(values) && values.enabled === true
}

function blocked(source: Address) {
  return { code: 'plan/blocked-by', summary: `The release is not planned: it reads ${source}.`, remedy: `Mend ${source} first.` }
}
