import { parseAllDocuments, type Tags } from 'yaml'
import { isMap } from '../../../values/json.ts'
import { mapAt, numberAt, textAt } from '../../../values/unstructured.ts'
import type { RawObject, ReleaseRecord } from '../../../world/ports/cluster.ts'

/** An object that a release consists of. Helm applies what its templates render; it changes hooks and CRDs only when it creates them. */
export type ManifestObject = {
  /** `apps/Deployment/spacelift-server`, with the namespace before the name where it is not the release's namespace. */
  readonly key: string
  readonly origin: 'template' | 'hook' | 'crd'
  readonly apiVersion: string
  readonly kind: string
  readonly namespace: string
  readonly name: string
  readonly raw: RawObject
  /** Whether it exists is no difference: a hook that did not run for this revision may be left from an earlier one, and a Job may delete itself. */
  readonly isOptional: boolean
}

/** A release's name and namespace. */
export type ReleaseName = { readonly name: string; readonly namespace: string }

/** Reads YAML as Helm renders it, with the names of the files it comes from. */
export async function parseManifest(text: string, release: ReleaseName, origin: ManifestObject['origin']): Promise<ManifestObject[]> {
  const documents = parseAllDocuments(text, { version: '1.1', customTags: asHelmReads })
  let isOfCrds = false
  return [...documents].flatMap((document) => {
    const [, source] = /^ ?Source: (\S+)/m.exec(`${document.commentBefore ?? ''}\n${document.contents?.commentBefore ?? ''}`) ?? []
    // Further documents of the same file have no such comment.
    if (source !== undefined) isOfCrds = /^[^/]+(\/charts\/[^/]+)*\/crds\//.test(source)
    return itemsOf(document.toJS()).map((raw) => manifestObject(raw, release, isOfCrds ? 'crd' : origin))
  })
}

/** The objects of the newest revision: its manifest, the hooks that persist, and the chart's CRDs. */
export async function objectsOfRecord(record: ReleaseRecord): Promise<ManifestObject[]> {
  const crds = record.crds.map((text) => parseManifest(text, record, 'crd'))
  const hooks = record.hooks.map(async ({ manifest: text, ran }) =>
    (await parseManifest(text, record, 'hook')).filter(persistsAfterHook).map((object) => ({ ...object, isOptional: !ran })),
  )
  const parsed = await Promise.all([parseManifest(record.manifest, record, 'template'), ...crds, ...hooks])
  return distinct(parsed.flat())
}

/** The objects of a rendered chart, with the hooks that helm runs for it. */
export async function objectsOfRendered(manifest: string, release: ReleaseName, isUpgrade: boolean): Promise<ManifestObject[]> {
  const verb = isUpgrade ? 'upgrade' : 'install'
  const runsNow = (event: string) => event === `pre-${verb}` || event === `post-${verb}`
  const objects = (await parseManifest(manifest, release, 'template')).flatMap((object): ManifestObject[] => {
    const events = hookEvents(object)
    if (events.length === 0) return [object]
    return persistsAfterHook(object) ? [{ ...object, origin: 'hook', isOptional: !events.some(runsNow) }] : []
  })
  return distinct(objects)
}

/** The key of an object in the release's facts. */
export function objectKey(
  { apiVersion, kind, namespace, name }: Omit<ManifestObject, 'key' | 'raw' | 'origin' | 'isOptional'>,
  releaseNamespace: string,
): string {
  const group = apiVersion.includes('/') ? [apiVersion.split('/')[0] as string] : []
  return [...group, kind, ...(namespace === releaseNamespace || namespace === '' ? [] : [namespace]), name].join('/')
}

function manifestObject(raw: RawObject, release: ReleaseName, origin: ManifestObject['origin']): ManifestObject {
  const namespace = textAt(raw, 'metadata', 'namespace') || release.namespace
  const objectName = { apiVersion: String(raw.apiVersion), kind: String(raw.kind), namespace, name: String(mapAt(raw, 'metadata').name) }
  const isApplied = origin === 'template' && !isHook(raw)
  return {
    ...objectName,
    key: objectKey(objectName, release.namespace),
    origin,
    raw: isApplied ? withOwnerMarks(raw, release) : raw,
    isOptional: hasTtl(raw),
  }
}

/** A Job with a TTL is deleted some time after it has run. */
function hasTtl(raw: RawObject): boolean {
  return raw.kind === 'Job' && numberAt(raw, 'spec', 'ttlSecondsAfterFinished') !== undefined
}

/** Helm writes these marks on every object that it applies; from them it knows which objects it may change. */
function withOwnerMarks(raw: RawObject, release: ReleaseName): RawObject {
  const metadata = mapAt(raw, 'metadata')
  const labels = { ...mapAt(metadata, 'labels'), [MANAGED_BY]: 'Helm' }
  const marks = { [RELEASE_NAME]: release.name, [RELEASE_NAMESPACE]: release.namespace }
  return { ...raw, metadata: { ...metadata, labels, annotations: { ...mapAt(metadata, 'annotations'), ...marks } } }
}

export const MANAGED_BY = 'app.kubernetes.io/managed-by'
export const RELEASE_NAME = 'meta.helm.sh/release-name'
export const RELEASE_NAMESPACE = 'meta.helm.sh/release-namespace'

function isHook(raw: RawObject): boolean {
  return 'helm.sh/hook' in mapAt(raw, 'metadata', 'annotations')
}

/** The objects of a List, or the object itself. */
function itemsOf(value: unknown): RawObject[] {
  if (!isMap(value)) return []
  if (typeof value.kind === 'string' && value.kind.endsWith('List') && Array.isArray(value.items)) return value.items.flatMap(itemsOf)
  return typeof value.kind === 'string' && isMap(value.metadata) ? [value] : []
}

/** Hook Jobs and Pods have run and have no further effect. Other hook objects persist, unless their policy deletes them afterwards. */
function persistsAfterHook(object: ManifestObject): boolean {
  return (
    object.kind !== 'Job' &&
    object.kind !== 'Pod' &&
    !listIn(object, 'helm.sh/hook-delete-policy').some((policy) => /^hook-(succeeded|failed)$/.test(policy))
  )
}

function hookEvents(object: ManifestObject): string[] {
  return listIn(object, 'helm.sh/hook')
}

/** The comma-separated list in an annotation. */
function listIn({ raw }: ManifestObject, annotation: string): string[] {
  const text = mapAt(raw, 'metadata', 'annotations')[annotation]
  return typeof text === 'string' ? text.split(',').map((part) => part.trim()) : []
}

/** Of two documents with the same key, the last one applies. */
function distinct(objects: readonly ManifestObject[]): ManifestObject[] {
  return [...new Map(objects.map((object) => [object.key, object])).values()]
}

/** Helm reads YAML 1.1 (`0644` is octal, `yes` is true), but neither dates nor base-60 numbers. */
function asHelmReads(tags: Tags): Tags {
  return tags.filter(
    (tag) => typeof tag === 'string' || (!('format' in tag && tag.format === 'TIME') && !/timestamp|omap|pairs|set$/.test(String(tag.tag))),
  )
}
