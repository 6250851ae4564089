import { createHash } from 'node:crypto'
import type { Installation } from '../../installation/installation.ts'
import { ANNOTATION_PREFIX, SECRET_NAMES, WORKLOADS, type Workload } from '../../installation/spacelift.ts'
import { type Address, address } from '../../values/address.ts'
import { canonicalJson, type JsonPointer, pointer } from '../../values/json.ts'
import { ProblemError } from '../../values/problem.ts'
import { mapAt, type Unstructured } from '../../values/unstructured.ts'
import type { HelmValues } from '../../world/ports/helm.ts'
import type { OutdatedReaders, Upstream } from '../kind.ts'
import { objectPointer } from './objects/facts/objectPointer.ts'
import { merge } from './values.ts'

/** The chart has no checksum of the secrets that its pods read: these annotations restart exactly the readers of what changed. */
export const SECRETS_ANNOTATION = `${ANNOTATION_PREFIX}secrets`
export const IMAGE_DIGEST_ANNOTATION = `${ANNOTATION_PREFIX}image`

/** The Deployments that these values enable. */
export function enabledWorkloads(values: HelmValues): readonly Workload[] {
  return WORKLOADS.filter(({ byDefault, valuesKey }) => byDefault || mapAt(values, valuesKey).enabled === true)
}

/** The secrets that a Deployment reads. */
export function secretsOfWorkload({ kubernetes }: Installation, workload: Workload): readonly Address[] {
  return workload.secrets.map((reader) => address('secret', kubernetes.namespace, SECRET_NAMES[reader]))
}

/** The images that a Deployment runs or passes on. */
export function imagesOfWorkload(workload: Workload): readonly Address[] {
  return workload.valuesKey === 'drain' ? [address('image', 'backend'), address('image', 'launcher')] : [address('image', 'backend')]
}

/** `values` with the annotations of these workloads: digests of what each reads, as it will be after this plan. */
export function track(
  values: HelmValues,
  installation: Installation,
  workloads: readonly Workload[],
  upstream: Upstream,
  deployed: HelmValues = {},
): HelmValues {
  const annotated = workloads.map((workload) => {
    const podAnnotations = desiredAnnotations(installation, workload, upstream, deployedAnnotations(deployed, workload))
    return [workload.valuesKey, { podAnnotations }] as const
  })
  return merge(values, Object.fromEntries(annotated))
}

function desiredAnnotations(installation: Installation, workload: Workload, upstream: Upstream, deployed: Unstructured): Unstructured {
  const images = imagesOfWorkload(workload)
  const secrets = secretsOfWorkload(installation, workload)
  const isOutdated = secrets.some((secret) => upstream.outdatedReaders(secret).has(workload.deployment))
  const runningInstead = images.flatMap((image) => runningDigests(upstream, image, workload))
  return {
    [SECRETS_ANNOTATION]: withRepairCount(digest(secrets, upstream), deployed[SECRETS_ANNOTATION], isOutdated, []),
    [IMAGE_DIGEST_ANNOTATION]: withRepairCount(
      digest(images, upstream),
      deployed[IMAGE_DIGEST_ANNOTATION],
      images.some(upstream.changes),
      runningInstead,
    ),
  }
}

/** What the pods of a Deployment run instead of an image that is as declared: the first digits of each digest. */
function runningDigests(upstream: Upstream, image: Address, { deployment }: Workload): readonly string[] {
  return (upstream.outdatedReaders(image).get(deployment) ?? []).map((running) => running.replace(/^sha256:/, '').slice(0, 12))
}

const REPAIR_COUNT = /^([0-9a-f]+)(?:\.(\d+)((?:-[0-9a-f]+)*))?$/

/**
 * A repaired tag or secret has its old digest again, but pods may have started in between: the count of repairs behind the
 * digest (`HEX.2`) restarts them. So does an image that they are known to run instead (`HEX.3-ab12`), but once only: if they
 * come back with it, no restart helps.
 */
function withRepairCount(digest: string, deployed: unknown, isRepaired: boolean, runningInstead: readonly string[]): string {
  const [, deployedDigest, count = '0', knownInstead = ''] = REPAIR_COUNT.exec(String(deployed)) ?? []
  if (deployedDigest !== digest) return digest
  const isNew = runningInstead.some((running) => !knownInstead.split('-').includes(running))
  if (isRepaired || isNew) return [`${digest}.${Number(count) + 1}`, ...(isRepaired ? [] : runningInstead)].join('-')
  return deployed as string
}

/**
 * Where the values, and the objects rendered from them, differ from what is deployed only because a repair restarts pods; for
 * an outdated workload that was not tracked yet, all that tracks it.
 */
export function repairPointers(deployed: HelmValues, desired: HelmValues, outdated: OutdatedReaders): readonly JsonPointer[] {
  return WORKLOADS.flatMap((workload) => {
    const isNewlyTracked = outdated.has(workload.deployment) && !isTracked(deployed, workload)
    return [SECRETS_ANNOTATION, IMAGE_DIGEST_ANNOTATION].flatMap((name) =>
      isNewlyTracked || isRepairCounted(name, workload, deployed, desired) ? pointersOf(name, workload) : [],
    )
  })
}

function isRepairCounted(name: string, workload: Workload, deployed: HelmValues, desired: HelmValues): boolean {
  const [before, after] = [deployed, desired].map((values) => deployedAnnotations(values, workload)[name])
  const [digestBefore, digestAfter] = [before, after].map((text) => REPAIR_COUNT.exec(String(text))?.[1])
  return before !== after && digestAfter !== undefined && digestBefore === digestAfter
}

function pointersOf(annotation: string, { valuesKey, deployment }: Workload): readonly JsonPointer[] {
  return [
    pointer('values', valuesKey, 'podAnnotations', annotation),
    objectPointer(`apps/Deployment/${deployment}`, 'spec', 'template', 'metadata', 'annotations', annotation),
  ]
}

/** True when the deployed values already have groundcrew's annotations for this workload. */
export function isTracked(deployed: HelmValues, workload: Workload): boolean {
  return Object.keys(deployedAnnotations(deployed, workload)).some((name) => name.startsWith(ANNOTATION_PREFIX))
}

function deployedAnnotations(deployed: HelmValues, { valuesKey }: Workload): Unstructured {
  return mapAt(deployed, valuesKey, 'podAnnotations')
}

/** The sources expose keyed fingerprints and digests already; this only shortens them to one word. */
function digest(sources: readonly Address[], upstream: Upstream): string {
  const exposed = sources.map((source) => {
    const facts = upstream.exposedTo(source)
    if (facts === undefined) throw new ProblemError(blockedBy(source))
    return [source, facts] as const
  })
  return createHash('sha256')
    .update(canonicalJson(Object.fromEntries(exposed)))
    .digest('hex')
    .slice(0, 32)
}

function blockedBy(source: Address) {
  return { code: 'plan/blocked-by', summary: `The release is not planned: it reads ${source}.`, remedy: `Fix ${source} first.` }
}
